import { setTimeout as delay } from 'node:timers/promises';
import { Cable } from './support/cable';
import { describeOnBuses, describeWithOwnRedis, Nodes } from './support/nodes';
import { TestListener } from './support/listener';
import { findPostgres } from './support/stores';
import { act, createUsers } from './support/people';
import { RedisServer } from './support/redis-server';
import { ADMIN, type TestServer } from './support/server';

const USERS_INFO = 'query ($id: ID!) { usersInfo(userIDs: [$id]) { fetchedAt user { nickName } } }';

interface Seen {
  fetchedAt: string;
  user: { nickName: string };
}

describeOnBuses('profiles are as fresh on every node', ({ config }) => {
  let nodes: Nodes;
  let one: TestServer;
  let other: TestServer;
  let round = 0;
  /** Two users of each test's own, the second open to everybody. */
  let me = '';
  let they = '';
  let listener: TestListener;
  beforeAll(async () => {
    nodes = await Nodes.start({ config });
    ({ one, other } = nodes);
  });
  afterAll(() => nodes.stop());
  beforeEach(async () => {
    round++;
    [me, they] = [`me${String(round)}`, `they${String(round)}`];
    await one.call(they, 'mutation { setSelfInfo(input: { nickName: "old", allowType: ALLOW_ANY }) { id } }');
    ({ listener } = await TestListener.open(other, me));
  });
  afterEach(() => listener.stop());

  const rename = (nick: string): Promise<unknown> =>
    one.call(they, 'mutation ($nick: String!) { setSelfInfo(input: { nickName: $nick }) { id } }', { nick });
  async function look(server: TestServer, viewer = me): Promise<Seen> {
    return (await server.call<{ usersInfo: [Seen] }>(viewer, USERS_INFO, { id: they })).usersInfo[0];
  }
  const nick = async (server: TestServer): Promise<string> => (await look(server)).user.nickName;
  /** Resolves when the other node has heard of it: the words about edges go before those about events. */
  const onOne = async (call: string): Promise<void> => {
    expect([await act(one, me, call)].flat()).toEqual(['OK']);
    await listener.next();
  };

  it('each keeps its own copies of strangers', async () => {
    const copies = [await look(one), await look(other)];
    await rename('new');
    expect([await look(one), await look(other)]).toEqual(copies);
  });

  it('who becomes a friend on one is current on the other at once', async () => {
    expect(await nick(other)).toBe('old');
    await rename('new');
    expect(await nick(other)).toBe('old');
    await onOne(`addFriend(input: { userID: "${they}" })`);
    expect(await nick(other)).toBe('new');
    await rename('newer');
    expect(await nick(other)).toBe('newer');
  });

  it('and so it is when nobody listens there, as soon as the word has come', async () => {
    const viewer = `quiet${String(round)}`;
    await look(other, viewer);
    await rename('new');
    expect([await act(one, viewer, `addFriend(input: { userID: "${they}" })`)]).toEqual(['OK']);
    while ((await look(other, viewer)).user.nickName !== 'new') await delay(20);
  });

  it('the event that tells of the friend shows the profile as it is', async () => {
    expect(await nick(other)).toBe('old');
    await rename('new');
    await act(one, me, `addFriend(input: { userID: "${they}" })`);
    expect(await listener.next()).toMatchObject({
      type: 'FRIEND_LIST_ADDED',
      friends: [{ userID: they, user: { nickName: 'new' } }],
    });
  });

  it('others keep their copies of who has become my friend', async () => {
    const bystander = `bystander${String(round)}`;
    const copy = await look(other, bystander);
    await rename('new');
    await onOne(`addFriend(input: { userID: "${they}" })`);
    expect(await look(other, bystander)).toEqual(copy);
  });

  it('who ceases to be a friend on one is never seen older on the other than before', async () => {
    expect(await nick(other)).toBe('old');
    await onOne(`addFriend(input: { userID: "${they}" })`);
    await rename('seen as a friend');
    // The change of a friend's profile is an event too.
    expect(await listener.next()).toMatchObject({ type: 'FRIEND_INFO_CHANGED' });
    expect(await nick(other)).toBe('seen as a friend');
    await onOne(`deleteFromFriendList(userIDs: ["${they}"])`);
    await rename('afterwards');
    expect(await nick(one)).toBe('seen as a friend');
    const copy = await look(other);
    expect(copy.user.nickName).toBe('afterwards');
    await rename('later');
    expect(await look(other)).toEqual(copy);
  });

  it('a copy that the other node has kept from that time goes, too', async () => {
    await act(other, me, `addFriend(input: { userID: "${they}" })`);
    await act(other, me, `deleteFromFriendList(userIDs: ["${they}"])`);
    await listener.take(2);
    await rename('new');
    // The moment of parting, which the other node keeps.
    expect(await nick(other)).toBe('old');
    await onOne(`addFriend(input: { userID: "${they}" })`);
    await rename('newer');
    expect(await nick(other)).toBe('newer');
    expect(await listener.next()).toMatchObject({ type: 'FRIEND_INFO_CHANGED' });
    await onOne(`deleteFromFriendList(userIDs: ["${they}"])`);
    expect(await nick(other)).toBe('newer');
  });
});

describeWithOwnRedis('a node that is cut off from the bus alone', () => {
  let redis: RedisServer;
  let cable: Cable;
  let nodes: Nodes;
  beforeEach(async () => {
    redis = await RedisServer.start();
    cable = await Cable.lay(redis.port);
    nodes = await Nodes.start(
      { config: { redisUrls: [redis.url] }, rereads: true },
      { redisUrls: [`redis://${cable.address}`] },
    );
  });
  afterEach(async () => {
    await nodes.stop();
    await cable.remove();
    await redis.remove();
  });

  const look = async (node: TestServer, viewer = 'me'): Promise<string> =>
    (await node.call<{ usersInfo: [Seen] }>(viewer, USERS_INFO, { id: 'they' })).usersInfo[0].user.nickName;
  const rename = (node: TestServer, nick: string): Promise<unknown> =>
    node.call(
      'they',
      `mutation { setSelfInfo(input: { nickName: "${nick}", allowType: ALLOW_ANY }) { id } }`,
    );

  it('changes what others have copies of: they show none while they do not hear it', async () => {
    const { one, other } = nodes;
    await rename(one, 'old');
    // By which the other one has heard of it.
    const { listener } = await TestListener.open(other, 'they');
    await rename(one, 'old still');
    await listener.next();
    await listener.stop();
    expect(await look(other)).toBe('old still');
    cable.swallow();
    await rename(one, 'new');
    expect(await act(one, 'me', 'addFriend(input: { userID: "they" })')).toBe('OK');
    // Asked without a pause for as long as that takes, it would be more than anybody may ask.
    while ((await look(other)) !== 'new') await delay(20);
    await rename(one, 'newer');
    expect(await look(other)).toBe('newer');
  }, 60_000);

  it('shows a friend as stored with each event, also while it has not noticed that it hears nothing', async () => {
    const { one, other } = nodes;
    await rename(other, 'old');
    await one.call('me', '{ me { id } }');
    const { listener } = await TestListener.open(one, 'me');
    expect(await look(one)).toBe('old');
    cable.swallow();
    await rename(other, 'new');
    expect(await act(other, 'me', 'addFriend(input: { userID: "they" })')).toBe('OK');
    const friends = [{ user: { nickName: 'new' } }];
    expect(await listener.next()).toMatchObject({ type: 'FRIEND_LIST_ADDED', friends });
    await listener.stop();
    // What was shown once is not older the next time.
    expect(await look(one)).toBe('new');
  }, 60_000);

  it('shows a friend as stored after an event that was shown to many alike, too', async () => {
    const { one, other } = nodes;
    const viewers = ['me', 'you'];
    await rename(other, 'old');
    const listeners = [];
    for (const viewer of viewers) {
      await one.call(viewer, '{ me { id } }');
      listeners.push((await TestListener.open(one, viewer, { types: ['FRIEND_INFO_CHANGED'] })).listener);
      expect(await look(one, viewer)).toBe('old');
    }
    cable.swallow();
    for (const viewer of viewers)
      expect(await act(other, viewer, 'addFriend(input: { userID: "they" })')).toBe('OK');
    // Told by the one that has not heard of the friends: to both in one turn.
    await rename(one, 'new');
    for (const [index, listener] of listeners.entries()) {
      const friends = [{ user: { nickName: 'new' } }];
      expect(await listener.next()).toMatchObject({ type: 'FRIEND_INFO_CHANGED', friends });
      await listener.stop();
      expect(await look(one, viewers[index])).toBe('new');
    }
  }, 60_000);
});

(findPostgres() === null ? describe.skip : describe)('a node that may have missed something', () => {
  it('gives away all copies of strangers when it hears again', async () => {
    const nodes = await Nodes.start();
    const { one, other } = nodes;
    await one.call('they', 'mutation { setSelfInfo(input: { nickName: "old" }) { id } }');
    const look = async (): Promise<Seen> =>
      (await other.call<{ usersInfo: [Seen] }>('me', USERS_INFO, { id: 'they' })).usersInfo[0];
    const copy = await look();
    await one.call('they', 'mutation { setSelfInfo(input: { nickName: "new" }) { id } }');
    expect(await look()).toEqual(copy);
    await nodes.cutNotifications();
    while ((await look()).user.nickName === 'old') await delay(20);
    // Up again, it keeps copies again.
    while ((await look()).fetchedAt !== (await look()).fetchedAt) await delay(20);
    await nodes.stop();
  });

  it('takes nobody for the one of that name who was deleted meanwhile, not even of the same moment', async () => {
    const nowMs = Date.now();
    const nodes = await Nodes.start({ clock: { now: () => nowMs } });
    const { one, other } = nodes;
    const create = (nickName: string): Promise<void> => createUsers(one, ['they'], { nickName });
    const look = async (): Promise<string> =>
      (await other.call<{ usersInfo: [Seen] }>('me', USERS_INFO, { id: 'they' })).usersInfo[0].user.nickName;
    try {
      await create('old');
      expect(await look()).toBe('old');
      await nodes.allowConnections(false);
      await nodes.cutNotifications();
      expect(await act(one, ADMIN, 'deleteUsers(userIDs: ["they"])')).toEqual(['OK']);
      await create('new');
      await nodes.allowConnections(true);
      // Asked without a pause for as long as that takes, it would be more than anybody may ask.
      while ((await look()) !== 'new') await delay(20);
    } finally {
      await nodes.stop();
    }
  });
});
