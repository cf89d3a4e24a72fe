import { TestListener, type ReceivedEvent } from './support/listener';
import { describeOnBuses, Nodes } from './support/nodes';
import { createUsers, follow, toIDs } from './support/people';
import { withClient } from './support/postgres-server';
import { ADMIN, type TestServer } from './support/server';
import { findPostgres } from './support/stores';

const SET_NICK = 'mutation ($nick: String!) { setSelfInfo(input: { nickName: $nick }) { id } }';
const CREATE_GROUP = 'mutation ($name: String!) { createFriendGroup(name: $name) { resultCode } }';

describeOnBuses('any node serves any user', ({ config }) => {
  let nodes: Nodes;
  let one: TestServer;
  let other: TestServer;
  const listeners: TestListener[] = [];
  beforeAll(async () => {
    nodes = await Nodes.start({ config });
    ({ one, other } = nodes);
  });
  afterAll(() => nodes.stop());
  afterEach(() => Promise.all(listeners.splice(0).map((listener) => listener.stop())));

  async function listen(
    server: TestServer,
    userID: string,
    after: string | null = null,
  ): Promise<TestListener> {
    const { listener, opened } = await TestListener.open(server, userID, { after });
    expect(opened).toMatchObject({ recovered: true });
    listeners.push(listener);
    return listener;
  }
  const rename = (server: TestServer, userID: string, nick: string): Promise<unknown> =>
    server.call(userID, SET_NICK, { nick });

  it('what happens on one is heard on the other by the bus: nothing else tells it here', async () => {
    const listener = await listen(other, 'eve');
    for (let seq = 1; seq <= 3; seq++) {
      await rename(one, 'eve', `Eve ${String(seq)}`);
      expect(await listener.next()).toMatchObject({ seq, user: { nickName: `Eve ${String(seq)}` } });
    }
  });

  it('a profile that changes on one reaches every owner on the other', async () => {
    const owners = toIDs(20, 'owner');
    for (const owner of owners) await follow(one, owner, 'star');
    const devices = await Promise.all(owners.map((owner) => listen(other, owner)));
    await rename(one, 'star', 'Nova');
    for (const device of devices) {
      expect(await device.next()).toMatchObject({
        type: 'FRIEND_INFO_CHANGED',
        friends: [{ userID: 'star', user: { nickName: 'Nova' } }],
      });
    }
  });

  it('two devices of one user on two nodes get the same stream, while both nodes write to it', async () => {
    await createUsers(one, ['ann']);
    const devices = [await listen(one, 'ann'), await listen(other, 'ann')];
    const writers = [one, other].flatMap((server, node) =>
      toIDs(20, `g${String(node)}`).map((name) => () => server.call('ann', CREATE_GROUP, { name })),
    );
    await Promise.all(writers.map((write) => write()));
    const limited = 32;
    const [first = [], second = []] = await Promise.all(devices.map((device) => device.take(limited)));
    expect(first.map(({ seq }) => seq)).toEqual(Array.from({ length: limited }, (_, index) => index + 1));
    expect(second).toEqual(first);
  });

  it('a client goes on by its cursor on another node than before', async () => {
    const first = await listen(one, 'bob');
    await rename(other, 'bob', 'one');
    const { cursor } = await first.next();
    await first.stop();
    await rename(one, 'bob', 'two');
    const second = await listen(other, 'bob', cursor);
    await rename(one, 'bob', 'three');
    const events: ReceivedEvent[] = await second.take(2);
    expect(events.map(({ seq }) => seq)).toEqual([2, 3]);
  });

  it('who is deleted on one is gone on the other: subscriptions end, and the next call creates the user', async () => {
    const listener = await listen(other, 'leaving');
    await follow(one, 'owner', 'leaving');
    await other.call(ADMIN, '{ me { id } }');
    const copy = await look(other, 'stranger', 'leaving');
    expect(copy.resultCode).toBe('OK');
    await one.call(ADMIN, 'mutation { deleteUsers(userIDs: ["leaving"]) { resultCode } }');
    await expect(listener.next()).rejects.toThrow('The subscription ended.');
    expect(await look(other, 'stranger', 'leaving')).toMatchObject({ resultCode: 'USER_NOT_FOUND' });
    // Not remembered as registered, so it is created anew, with a stream of its own.
    expect(await other.call('leaving', '{ me { id } }')).toEqual({ me: { id: 'leaving' } });
    await rename(one, 'leaving', 'back');
    expect(await (await listenFrom(other, 'leaving')).next()).toMatchObject({ type: 'SELF_INFO_UPDATED' });
  });

  /** A subscription that makes the event it waits for. */
  async function listenFrom(server: TestServer, userID: string): Promise<TestListener> {
    const listener = await listen(server, userID);
    await rename(one, userID, 'again');
    return listener;
  }
});

async function look(server: TestServer, viewer: string, userID: string): Promise<{ resultCode: string }> {
  const query = 'query ($id: ID!) { usersInfo(userIDs: [$id]) { resultCode } }';
  const { usersInfo } = await server.call<{ usersInfo: [{ resultCode: string }] }>(viewer, query, {
    id: userID,
  });
  return usersInfo[0];
}

(findPostgres() === null ? describe.skip : describe)('a hint that comes late', () => {
  it('of the end of a stream does not end the one that its user has by now', async () => {
    const nodes = await Nodes.start();
    const { listener } = await TestListener.open(nodes.one, 'back');
    // As by a server that hung after the user was deleted there.
    await withClient(nodes.databaseUrl, (client) =>
      client.query(`SELECT pg_notify('amicus_bus', '["late","hints","back",null]')`),
    );
    await nodes.other.call('back', SET_NICK, { nick: 'here' });
    expect(await listener.next()).toMatchObject({ type: 'SELF_INFO_UPDATED', user: { nickName: 'here' } });
    await listener.stop();
    await nodes.stop();
  });
});

(findPostgres() === null ? describe.skip : describe)('a node that could not hear notifications', () => {
  it('delivers what it was not told of as soon as it hears again', async () => {
    const nodes = await Nodes.start();
    const { listener } = await TestListener.open(nodes.other, 'eve', {});
    await nodes.one.call('eve', SET_NICK, { nick: 'heard' });
    expect(await listener.next()).toMatchObject({ seq: 1 });
    await nodes.allowConnections(false);
    await nodes.cutNotifications();
    await nodes.one.call('eve', SET_NICK, { nick: 'not heard' });
    await nodes.allowConnections(true);
    expect(await listener.next()).toMatchObject({ seq: 2, user: { nickName: 'not heard' } });
    await listener.stop();
    await nodes.stop();
  });
});
