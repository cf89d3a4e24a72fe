import { readGauges } from './support/gauges';
import { createUsers, importFriends, toIDs } from './support/people';
import type { RawSocket } from './support/raw-socket';
import { TestServer } from './support/server';
import { LARGE, SlowReader, toEvent } from './support/slow-reader';
import { Sockets } from './support/sockets';
import { stopClocks } from './support/stop-clocks';
import { describeOnStores } from './support/stores';

const MAX_UNREAD_BYTES = 256 * 1024;
/** With the rest of it, one event of a large profile. */
const LARGE_EVENT_BYTES = 65_000;
/** What Node reads from the network at once. */
const CHUNK_BYTES = 65_536;
/** Of changes before, and of looks at it, five seconds apart, after it has stopped reading for good. */
const [ROUNDS, LOOKS] = [9, 5];
/** Far more large events than the network holds. */
const HISTORY = 100;
/** Users, and devices of each. */
const [NEIGHBOURS, DEVICES] = [111, 9];

const SET_LEVEL = 'mutation ($level: Int!) { setSelfInfo(input: { level: $level }) { id } }';
const SET_NICK = 'mutation ($nick: String!) { setSelfInfo(input: { nickName: $nick }) { id } }';
const NEIGHBOUR = `subscription { friendshipEvents { seq
  ... on FriendInfoChanged { friends { user { nickName } } } } }`;

describeOnStores('a client that does not read what it is sent', (store) => {
  const sockets = new Sockets(() => server);
  const readers: SlowReader[] = [];
  let server: TestServer;
  let level = 0;
  beforeAll(async () => {
    // By them the server tells how long a client has read nothing.
    stopClocks('but not the timers');
    server = await TestServer.start({ store });
  });
  afterEach(async () => {
    await Promise.all(readers.splice(0).map((reader) => reader.close()));
    await sockets.closeAll();
  });
  afterAll(async () => {
    await server.stop();
    jest.useRealTimers();
  });

  const openReader = async (userID: string): Promise<SlowReader> => {
    const reader = await SlowReader.open(server, userID);
    readers.push(reader);
    return reader;
  };
  /** Makes large events of the user's own, one after another. */
  const change = async (userID: string, count: number): Promise<void> => {
    for (let index = 0; index < count; index++) await server.call(userID, SET_LEVEL, { level: ++level });
  };
  const loadHead = async (userID: string): Promise<string> =>
    (await server.call<{ friendshipEventPosition: string }>(userID, '{ friendshipEventPosition }'))
      .friendshipEventPosition;
  const openNeighbours = async (userIDs: readonly string[]): Promise<RawSocket[]> => {
    const owners = userIDs.flatMap((userID) => Array.from({ length: DEVICES }, () => userID));
    const devices = await Promise.all(owners.map((userID) => sockets.init(userID)));
    for (const device of devices) device.subscribe('1', NEIGHBOUR);
    await Promise.all(devices.map((device) => device.next()));
    return devices;
  };

  it('is sent away with 1013, and counted, while 999 neighbours go on, is held little for, and has everything when it is back', async () => {
    const owners = toIDs(NEIGHBOURS, 'n');
    await createUsers(server, ['star', 'slow', ...owners]);
    await createUsers(server, ['slow'], { customInfo: LARGE });
    for (const owner of ['slow', ...owners]) await importFriends(server, owner, [{ userID: 'star' }]);
    const neighbours = await openNeighbours(owners);
    const slow = await openReader('slow');
    slow.subscribe(null);
    await slow.read();
    const sibling = await sockets.init('slow');
    sibling.subscribe('1', 'subscription { friendshipEvents { cursor } }');
    const wanted = await sibling.take(1);
    const seqs = neighbours.map((): number[] => []);
    /** A change of star's profile comes to all the neighbours, and to the slow one many of its own beside it. */
    const run = async (nick: string, changes: number): Promise<void> => {
      const heard = Promise.all(neighbours.map((neighbour) => neighbour.next()));
      await Promise.all([server.call('star', SET_NICK, { nick }), change('slow', changes)]);
      for (const [index, message] of (await heard).entries()) {
        if (JSON.stringify(message.payload).includes(`"${nick}"`)) seqs[index]?.push(toEvent(message).seq);
      }
    };
    // So much that neither the network nor the server's queue takes it all.
    for (let round = 0; round < ROUNDS; round++) {
      await run(`round ${round}`, 10);
      expect(slow.measure()).toBeLessThan(MAX_UNREAD_BYTES + LARGE_EVENT_BYTES);
    }
    expect(slow.mostHeldBytes).toBeGreaterThan(MAX_UNREAD_BYTES);
    for (let look = 1; look <= LOOKS; look++) {
      jest.advanceTimersByTime(5_000);
      await run(`look ${look}`, 1);
    }
    for (const own of seqs) expect(own).toEqual(own.map((_, index) => (own[0] ?? 0) + index));
    expect(new Set(seqs.map(({ length }) => length))).toEqual(new Set([ROUNDS + LOOKS]));

    // Another device of the same user has all of it.
    wanted.push(...(await sibling.take(ROUNDS * 11 + LOOKS * 2)));
    const cursors = wanted.map((message) => toEvent(message).cursor);
    const first = await slow.readUntil(cursors.at(-1) ?? null);
    expect(first.length).toBeLessThan(cursors.length);
    expect((await slow.closed).code).toBe(1013);
    expect((await readGauges(server.url)).get('amicus_slow_subscriptions_total')).toBe(1);
    const again = await openReader('slow');
    again.subscribe(first.at(-1)?.cursor ?? null);
    const [opened, ...rest] = await again.readUntil(cursors.at(-1) ?? null);
    expect(opened).toMatchObject({ __typename: 'StreamOpened', recovered: true });
    expect([...first, ...rest].map(({ cursor }) => cursor)).toEqual(cursors);
  }, 120_000);

  it('is held little for when it comes back to a long history: the rest waits in the log', async () => {
    await createUsers(server, ['late'], { customInfo: LARGE });
    const start = await loadHead('late');
    await change('late', HISTORY);
    const executions = server.executions;
    const late = await openReader('late');
    late.subscribe(start);
    while (late.measure() < MAX_UNREAD_BYTES) await late.letServerWork(1);
    await late.letServerWork(50);
    expect(late.mostHeldBytes).toBeLessThan(MAX_UNREAD_BYTES + LARGE_EVENT_BYTES);
    // What is not sent is not made either.
    expect(server.executions - executions).toBeLessThan(HISTORY);
    const events = await late.readUntil(await loadHead('late'));
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => (events[0]?.seq ?? 0) + index));
    expect(events).toHaveLength(1 + HISTORY);
  });

  it('leaves nothing behind by what it listens to and does not read', async () => {
    await createUsers(server, ['fickle'], { customInfo: LARGE });
    const start = await loadHead('fickle');
    await change('fickle', HISTORY);
    const fickle = await openReader('fickle');
    fickle.subscribe(start);
    while (fickle.measure() < MAX_UNREAD_BYTES) await fickle.letServerWork(1);
    /** Resolves with how many users read history by then. */
    const waitForStalled = async (count: number): Promise<number | undefined> => {
      for (;;) {
        const gauges = await readGauges(server.url);
        if (gauges.get('amicus_stalled_subscriptions') === count)
          return gauges.get('amicus_hub_catching_up_users');
      }
    };
    expect(await waitForStalled(1)).toBe(1);
    const { waiting } = fickle;
    for (let round = 0; round < 10; round++) {
      fickle.subscribe(null, 'other');
      await waitForStalled(2);
      fickle.complete('other');
      await waitForStalled(1);
    }
    expect(fickle.waiting).toBe(waiting);
    fickle.complete('1');
    expect(await waitForStalled(0)).toBe(0);
  });

  it('is not sent away while it reads, however slowly', async () => {
    const friends = toIDs(100, 'f');
    await createUsers(server, ['steady']);
    for (let index = 0; index < friends.length; index += 15) {
      await createUsers(server, friends.slice(index, index + 15), { customInfo: LARGE });
    }
    const steady = await openReader('steady');
    steady.subscribe(null);
    await steady.read();
    // An event of 12 MB: three times what the network holds.
    const entries = friends.map((userID) => ({ userID }));
    await importFriends(server, 'steady', entries);
    while (steady.measure() < 10 * LARGE_EVENT_BYTES) await steady.letServerWork(1);
    await change('steady', 1);
    for (let step = 0; step < 3; step++) {
      // The network says that there is room once a third of what it holds was read.
      for (let bytes = 0; bytes < 1_500_000; bytes += CHUNK_BYTES) {
        await steady.read();
        await steady.letServerWork(1);
      }
      jest.advanceTimersByTime(1_500);
      await change('steady', 1);
      // So that this shows anything: no message has gone out as a whole meanwhile.
      expect(steady.measure()).toBeGreaterThan(MAX_UNREAD_BYTES);
    }
    const events = await steady.readUntil(await loadHead('steady'));
    expect(events.map(({ seq }) => seq)).toEqual([0, 1, 2, 3, 4, 5]);
  });
});
