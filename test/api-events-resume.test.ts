import { toEventCursor } from '../src/events/event-cursor';
import { Devices } from './support/devices';
import { act, befriend } from './support/people';
import { TestListener } from './support/listener';
import { TestServer } from './support/server';
import { describeOnStores } from './support/stores';

describeOnStores('friendshipEvents', (store) => {
  let server: TestServer;
  const devices = new Devices(() => server);
  beforeAll(async () => {
    server = await TestServer.start({ store });
  });
  afterEach(() => devices.stopAll());
  afterAll(() => server.stop());

  const rename = (userID: string, nick: string): Promise<unknown> =>
    server.call(userID, 'mutation ($n: String!) { setSelfInfo(input: { nickName: $n }) { id } }', {
      n: nick,
    });
  const loadPosition = async (userID: string): Promise<string> =>
    (await server.call<{ friendshipEventPosition: string }>(userID, '{ friendshipEventPosition }'))
      .friendshipEventPosition;

  it('without `after` begin at the head, and are recovered', async () => {
    await rename('a1', 'x');
    const device = await devices.open('a1');
    expect(device.opened).toMatchObject({
      __typename: 'StreamOpened',
      type: 'STREAM_OPENED',
      seq: 1,
      cursor: await loadPosition('a1'),
      recovered: true,
      reason: null,
    });
    await rename('a1', 'y');
    expect(await device.next()).toMatchObject({ seq: 2, type: 'SELF_INFO_UPDATED' });
  });

  it('after a cursor bring what was missed, then go on live, without gap and double', async () => {
    const start = await loadPosition('a2');
    for (const nick of ['1', '2', '3']) await rename('a2', nick);
    const device = await devices.open('a2', { after: start });
    expect(device.opened).toMatchObject({ seq: 0, cursor: start, recovered: true });
    const second = [await device.next(), await device.next()][1];
    await rename('a2', '4');
    expect((await device.takeAll()).map((event) => event.seq)).toEqual([3, 4]);
    const resumed = await devices.open('a2', { after: second?.cursor ?? '' });
    expect(resumed.opened).toMatchObject({ seq: 2, cursor: second?.cursor, recovered: true });
    await rename('a2', '5');
    const again = await resumed.takeAll();
    expect(again.map((event) => event.seq)).toEqual([3, 4, 5]);
    expect((await device.takeAll()).map((event) => event.cursor)).toEqual([again[2]?.cursor]);
    const atHead = await devices.open('a2', { after: await loadPosition('a2') });
    expect(atHead.opened).toMatchObject({ seq: 5, recovered: true });
    expect(await atHead.takeAll()).toEqual([]);
  });

  it('bring a long history whole', async () => {
    const start = await loadPosition('a3');
    for (let count = 0; count < 300; count += 1) await rename('a3', String(count));
    const device = await devices.open('a3', { after: start });
    expect(await device.takeAll()).toHaveLength(300);
  });

  it('are narrowed by `types`, while `seq` goes on counting', async () => {
    await befriend(server, 'a4', 'b4');
    const after = await loadPosition('a4');
    await rename('a4', 'x');
    await act(server, 'a4', 'createFriendGroup(name: "g")');
    const types = ['FRIEND_GROUP_CREATED', 'BLOCK_LIST_ADDED'];
    const { listener, opened } = await TestListener.open(server, 'a4', { after, types });
    try {
      expect(opened.type).toBe('STREAM_OPENED');
      expect(await listener.next()).toMatchObject({ type: 'FRIEND_GROUP_CREATED', seq: opened.seq + 2 });
      await rename('a4', 'y');
      await act(server, 'a4', 'addToBlockList(userIDs: ["b4"])');
      expect(await listener.next()).toMatchObject({ type: 'BLOCK_LIST_ADDED', seq: opened.seq + 4 });
    } finally {
      await listener.stop();
    }
  });

  it.each(['another epoch', 'beyond the head'])(
    'from %s are not recovered, and begin at the head',
    async (kind) => {
      const userID = kind.replaceAll(' ', '-');
      for (const nick of ['1', '2', '3']) await rename(userID, nick);
      const epoch =
        Buffer.from(await loadPosition(userID), 'base64url')
          .toString()
          .split(' ')[0] ?? '';
      const place = kind === 'another epoch' ? { epoch: 'feedfeed', seq: 1 } : { epoch, seq: 4 };
      const device = await devices.open(userID, { after: toEventCursor(userID, place) });
      expect(device.opened).toMatchObject({
        seq: 3,
        recovered: false,
        reason: 'OTHER_EPOCH',
        cursor: await loadPosition(userID),
      });
      await rename(userID, '4');
      expect(await device.takeAll()).toMatchObject([{ seq: 4 }]);
    },
  );

  it('refuse a text that is no cursor of this user', async () => {
    await rename('a6', 'x');
    const other = await loadPosition('somebody-else');
    const own = await loadPosition('a6');
    for (const after of [
      '',
      'garbage',
      '1',
      other,
      `${own}=`,
      ` ${own}`,
      own.slice(0, -1),
      'x'.repeat(10_000),
    ])
      await expect(devices.open('a6', { after })).rejects.toThrow(/BAD_USER_INPUT/);
  });
});
