import type { Clock } from '../src/lib/clock';
import { TestListener } from './support/listener';
import { ADMIN, TestServer } from './support/server';
import { describeOnStores } from './support/stores';

const MINUTE_MS = 60 * 1_000;
const USERS_INFO =
  'query ($ids: [ID!]!) { usersInfo(userIDs: $ids) { resultCode fetchedAt user { nickName } } }';

interface Seen {
  resultCode: string;
  fetchedAt: string | null;
  user: { nickName: string } | null;
}

describeOnStores('profiles are fresh for friends and at most ten minutes old for strangers', (store) => {
  let server: TestServer;
  let nowMs = Date.now();
  let round = 0;
  /** Two users of each test's own, the second open to everybody. */
  let me = '';
  let they = '';
  const clock: Clock = { now: () => nowMs };
  let broken: string | null = null;
  const onStatement = (sql: string): void => {
    if (broken !== null && sql.includes(broken)) throw new Error('broken by the test');
  };

  beforeAll(async () => {
    server = await TestServer.start({ store, clock, onStatement });
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    round++;
    [me, they] = [`me${String(round)}`, `they${String(round)}`];
    await server.call(me, '{ me { id } }');
    await server.call(
      they,
      'mutation { setSelfInfo(input: { nickName: "old", allowType: ALLOW_ANY }) { id } }',
    );
  });

  const rename = (nick: string): Promise<unknown> =>
    server.call(they, 'mutation ($nick: String!) { setSelfInfo(input: { nickName: $nick }) { id } }', {
      nick,
    });
  const befriend = (): Promise<unknown> =>
    server.call(me, 'mutation ($id: ID!) { addFriend(input: { userID: $id }) { resultCode } }', { id: they });
  const unfriend = (): Promise<unknown> =>
    server.call(me, 'mutation ($id: ID!) { deleteFromFriendList(userIDs: [$id]) { resultCode } }', {
      id: they,
    });
  async function look(viewer = me): Promise<Seen> {
    const { usersInfo } = await server.call<{ usersInfo: [Seen] }>(viewer, USERS_INFO, { ids: [they] });
    return usersInfo[0];
  }
  /** A job in the background may have statements of its own. */
  const readsOfProfiles = (): string[] => server.statements.filter((sql) => sql.includes('FROM "user"'));
  const nick = async (viewer = me): Promise<string | undefined> => (await look(viewer)).user?.nickName;

  it('a stranger: the same copy for ten minutes without asking the store, then a new one', async () => {
    const first = await look();
    expect(first).toMatchObject({ fetchedAt: new Date(nowMs).toISOString(), user: { nickName: 'old' } });
    await rename('new');
    nowMs += 10 * MINUTE_MS - 1;
    server.statements.length = 0;
    expect(await look()).toEqual(first);
    expect(readsOfProfiles()).toEqual([]);
    nowMs += 1;
    expect(await look()).toMatchObject({
      fetchedAt: new Date(nowMs).toISOString(),
      user: { nickName: 'new' },
    });
  });

  it('a stranger: read anew when the clock was set back, for nobody knows how old the copy is', async () => {
    await look();
    await rename('new');
    nowMs -= 60 * MINUTE_MS;
    expect(await look()).toMatchObject({
      fetchedAt: new Date(nowMs).toISOString(),
      user: { nickName: 'new' },
    });
    nowMs += 60 * MINUTE_MS;
  });

  it('a stranger: each viewer has a copy of its own', async () => {
    await look();
    await rename('new');
    expect(await nick(`other${String(round)}`)).toBe('new');
    expect(await nick()).toBe('old');
  });

  it('oneself: always as stored', async () => {
    expect(await nick(they)).toBe('old');
    await rename('new');
    expect(await nick(they)).toBe('new');
  });

  it('a friend: always as stored', async () => {
    await befriend();
    for (const name of ['one', 'two']) {
      await rename(name);
      nowMs += 1;
      expect(await look()).toMatchObject({
        fetchedAt: new Date(nowMs).toISOString(),
        user: { nickName: name },
      });
    }
  });

  it('somebody who has me in the list, and I not them: a stranger', async () => {
    await server.call(
      ADMIN,
      'mutation ($they: ID!, $me: ID!) { importFriends(userID: $they, friends: [{ userID: $me }]) { code } }',
      { they, me },
    );
    expect(await nick()).toBe('old');
    await rename('new');
    expect(await nick()).toBe('old');
  });

  it('a stranger who becomes a friend: current at once', async () => {
    await look();
    await rename('new');
    await befriend();
    expect(await nick()).toBe('new');
  });

  it('a stranger who is added in vain: the same copy still', async () => {
    const copy = await look();
    await rename('new');
    // The last that is written: by then all else was done, and is undone.
    broken = 'INSERT INTO audit ';
    const add = `mutation { addFriend(input: { userID: "${they}" }) { resultCode } }`;
    expect((await server.send({ ...ADMIN, actAs: me }, add)).errors).toHaveLength(1);
    broken = null;
    expect(await look()).toEqual(copy);
  });

  it('a friend who becomes a stranger: the copy of that moment starts the ten minutes', async () => {
    await befriend();
    await look();
    await rename('at the end');
    await unfriend();
    const endedAt = new Date(nowMs).toISOString();
    await rename('afterwards');
    nowMs += 10 * MINUTE_MS - 1;
    expect(await look()).toMatchObject({ fetchedAt: endedAt, user: { nickName: 'at the end' } });
    nowMs += 1;
    expect(await nick()).toBe('afterwards');
  });

  it('a user that does not exist: not kept, and found as soon as it is created', async () => {
    they = `late${String(round)}`;
    expect(await look()).toMatchObject({ resultCode: 'USER_NOT_FOUND', fetchedAt: null, user: null });
    await rename('here');
    expect(await nick()).toBe('here');
  });

  it('a stranger who is deleted: gone at once, and current when created anew', async () => {
    await look();
    await server.call(ADMIN, 'mutation ($id: ID!) { deleteUsers(userIDs: [$id]) { code } }', { id: they });
    expect(await look()).toMatchObject({ resultCode: 'USER_NOT_FOUND', user: null });
    nowMs += 1;
    await rename('again');
    expect(await nick()).toBe('again');
  });

  it('a stranger whom friendsInfo showed first: its copy; a friend on a page: always as stored', async () => {
    const info = (): Promise<object> =>
      server.call(
        me,
        'query ($ids: [ID!]!) { friendsInfo(userIDs: $ids) { friendInfo { user { nickName } } } }',
        { ids: [they] },
      );
    const page = (): Promise<object> => server.call(me, '{ friendList { nodes { user { nickName } } } }');
    const old = { friendsInfo: [{ friendInfo: { user: { nickName: 'old' } } }] };
    expect(await info()).toEqual(old);
    await rename('new');
    expect(await nick()).toBe('old');
    expect(await info()).toEqual(old);
    nowMs += 10 * MINUTE_MS;
    expect(await info()).toEqual({ friendsInfo: [{ friendInfo: { user: { nickName: 'new' } } }] });
    await befriend();
    for (const name of ['one', 'two']) {
      await rename(name);
      expect(await page()).toEqual({ friendList: { nodes: [{ user: { nickName: name } }] } });
    }
  });

  it('wherever a user is reached: friendsInfo, a request and an event give the same copy', async () => {
    await server.call(me, 'mutation { setSelfInfo(input: { allowType: NEED_CONFIRM }) { id } }');
    await look();
    await rename('new');
    const { friendsInfo } = await server.call<{ friendsInfo: unknown }>(
      me,
      'query ($ids: [ID!]!) { friendsInfo(userIDs: $ids) { friendInfo { user { nickName } } } }',
      { ids: [they] },
    );
    expect(friendsInfo).toEqual([{ friendInfo: { user: { nickName: 'old' } } }]);
    const { listener } = await TestListener.open(server, me);
    await server.call(they, 'mutation ($id: ID!) { addFriend(input: { userID: $id }) { resultCode } }', {
      id: me,
    });
    expect(await listener.next()).toMatchObject({ applications: [{ userID: they, user: { id: they } }] });
    const { friendApplicationList } = await server.call<{ friendApplicationList: unknown }>(
      me,
      '{ friendApplicationList { nodes { user { nickName } } } }',
    );
    expect(friendApplicationList).toEqual({ nodes: [{ user: { nickName: 'old' } }] });
    await listener.stop();
  });

  it('one request never reads a user twice', async () => {
    server.statements.length = 0;
    const twice = await server.call<{ a: Seen[]; b: Seen[] }>(
      me,
      'query ($ids: [ID!]!) { a: usersInfo(userIDs: $ids) { user { nickName } } b: usersInfo(userIDs: $ids) { user { nickName } } }',
      { ids: [they, they] },
    );
    expect(twice.a).toEqual(twice.b);
    expect(readsOfProfiles()).toHaveLength(1);
  });
});
