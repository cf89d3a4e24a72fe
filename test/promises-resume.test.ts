import { Devices } from './support/devices';
import { act, addFriend, createUsers, follow } from './support/people';
import type { ReceivedEvent } from './support/listener';
import { TestServer } from './support/server';
import { describeOnStores } from './support/stores';

const SET_NICK = 'mutation ($nick: String!) { setSelfInfo(input: { nickName: $nick }) { id } }';
/** Of one user, at once. */
const WRITERS = 4;
/** Events of the stream before the first device comes, and between two that come. */
const HEAD_START = 50;

const toCursors = (events: readonly ReceivedEvent[]): string[] => events.map(({ cursor }) => cursor);

describeOnStores('a cursor', (store) => {
  let server: TestServer;
  const devices = new Devices(() => server);
  beforeAll(async () => {
    server = await TestServer.start({ store });
  });
  afterEach(() => devices.stopAll());
  afterAll(() => server.stop());

  const loadPosition = async (userID: string): Promise<string> =>
    (await server.call<{ friendshipEventPosition: string }>(userID, '{ friendshipEventPosition }'))
      .friendshipEventPosition;

  /** A history of many kinds of event. */
  async function live(userID: string): Promise<void> {
    await createUsers(server, ['peer', 'asker', 'open'], { allowType: 'NEED_CONFIRM' });
    await createUsers(server, ['open'], { allowType: 'ALLOW_ANY' });
    await follow(server, userID, 'peer');
    await server.call(userID, 'mutation { setSelfInfo(input: { allowType: NEED_CONFIRM }) { id } }');
    await addFriend(server, 'asker', { userID });
    await act(server, userID, 'createFriendGroup(name: "g")');
    await act(server, userID, 'addFriendsToFriendGroup(name: "g", userIDs: ["peer"])');
    await server.call(userID, 'mutation { renameFriendGroup(oldName: "g", newName: "h") { name } }');
    await act(server, userID, 'acceptFriendApplication(input: { userID: "asker" })');
    await act(server, userID, 'addToBlockList(userIDs: ["asker"])');
    await act(server, userID, 'deleteFromBlockList(userIDs: ["asker"])');
    await addFriend(server, userID, { userID: 'open' });
    await act(server, userID, 'deleteFromFriendList(userIDs: ["peer"], deleteType: SINGLE)');
    for (const nick of ['a', 'b', 'c']) await server.call(userID, SET_NICK, { nick });
  }

  it('gives exactly what follows it, whichever of all that were ever given it is', async () => {
    const start = await loadPosition('ann');
    await live('ann');
    const whole = await devices.open('ann', { after: start });
    const events = await whole.takeAll();
    expect(new Set(events.map(({ type }) => type)).size).toBeGreaterThanOrEqual(10);
    const cursors = [start, ...toCursors(events)];
    for (const [index, after] of cursors.entries()) {
      const device = await devices.open('ann', { after });
      expect(device.opened).toMatchObject({ recovered: true, reason: null, cursor: after });
      expect(toCursors(await device.takeAll())).toEqual(cursors.slice(index + 1));
      await devices.stopAll();
    }
  });

  it('given by StreamOpened, by the position or by an event is the same', async () => {
    await server.call('bea', SET_NICK, { nick: 'one' });
    const device = await devices.open('bea');
    expect(device.opened.cursor).toBe(await loadPosition('bea'));
    await server.call('bea', SET_NICK, { nick: 'two' });
    expect((await device.next()).cursor).toBe(await loadPosition('bea'));
  });

  it('meets the live events without gap or double, on devices that come while others write at full speed', async () => {
    const start = await loadPosition('cat');
    let count = 0;
    let hasEnded = false;
    let reached: () => void = () => undefined;
    const write = async (by: number): Promise<void> => {
      while (!hasEnded) {
        await server.call('cat', SET_NICK, { nick: `${++count} by ${by}` });
        reached();
      }
    };
    const writing = Array.from({ length: WRITERS }, (_, by) => write(by));
    const untilWritten = async (wanted: number): Promise<void> => {
      while (count < wanted) {
        await new Promise<void>((resolve) => {
          reached = resolve;
        });
      }
    };
    await untilWritten(HEAD_START);
    const middle = await loadPosition('cat');
    // From the beginning, from the middle and from the head, each a few times; all go on to the end.
    const opened = [];
    for (let round = 1; round <= 4; round++) {
      for (const after of [start, middle, await loadPosition('cat'), null])
        opened.push(await devices.open('cat', { after }));
      await untilWritten(count + HEAD_START);
    }
    hasEnded = true;
    await Promise.all(writing);
    const received = await Promise.all(
      opened.map(async (device) => [device.opened.cursor, ...toCursors(await device.takeAll())]),
    );
    const [all = []] = received;
    expect(all.length).toBeGreaterThan(count);
    for (const cursors of received) {
      expect(cursors.length).toBeGreaterThan(HEAD_START);
      expect(cursors).toEqual(all.slice(-cursors.length));
    }
    // Nothing was sent twice behind the end.
    await server.call('cat', SET_NICK, { nick: 'sentinel' });
    for (const device of opened) expect((await device.takeAll()).length).toBe(1);
  });

  it('of the end of a stream gives nothing, and then what is new', async () => {
    await server.call('dan', SET_NICK, { nick: 'one' });
    const device = await devices.open('dan', { after: await loadPosition('dan') });
    expect(await device.takeAll()).toEqual([]);
    await server.call('dan', SET_NICK, { nick: 'two' });
    expect(await device.takeAll()).toMatchObject([{ seq: 2 }]);
  });
});
