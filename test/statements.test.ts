import { ADMIN, TestServer } from './support/server';
import { describeOnStores } from './support/stores';

const IMPORT_USERS = 'mutation ($users: [ImportUserInput!]!) { importUsers(users: $users) { code } }';
const IMPORT_FRIENDS =
  'mutation ($id: ID!, $friends: [ImportFriendInput!]!) { importFriends(userID: $id, friends: $friends) { code } }';
const EVERYTHING = 'id userID friendRemark friendGroups user { id nickName customInfo { key } }';

describeOnStores('the number of SQL statements does not depend on how much is asked', (store) => {
  let server: TestServer;
  const ids = Array.from({ length: 100 }, (_, index) => `user${String(index)}`);
  beforeAll(async () => {
    server = await TestServer.start({ store });
    await server.call('viewer', '{ me { id } }');
    await server.call(ADMIN, IMPORT_USERS, {
      users: ids.map((userID) => ({ userID, allowType: 'ALLOW_ANY' })),
    });
    await server.call(ADMIN, IMPORT_FRIENDS, {
      id: 'viewer',
      friends: ids.slice(0, 60).map((userID) => ({ userID, friendGroups: ['crowd'] })),
    });
  });
  afterAll(() => server.stop());

  async function count(userID: string, query: string, variables = {}): Promise<number> {
    await server.call(userID, '{ me { id } }');
    server.statements.length = 0;
    await server.call(userID, query, variables);
    return server.statements.length;
  }

  it.each([1, 10, 100])(
    'friendsInfo of %d users takes two: relations with profiles, groups',
    async (howMany) => {
      const query = `query ($ids: [ID!]!) { friendsInfo(userIDs: $ids) { relation friendInfo { ${EVERYTHING} } } }`;
      expect(await count('viewer', query, { ids: ids.slice(0, howMany) })).toBe(2);
    },
  );

  it.each([1, 50])(
    'a page of %d friends with profiles takes two, and one more for its total',
    async (first) => {
      const page = `query ($first: Int!) { friendList(first: $first) { nodes { ${EVERYTHING} } } }`;
      expect(await count('viewer', page, { first })).toBe(2);
      expect(await count('viewer', page.replace('nodes', 'totalCount nodes'), { first })).toBe(3);
    },
  );

  it.each([1, 10, 100])('usersInfo of %d users takes one', async (howMany) => {
    const query = 'query ($ids: [ID!]!) { usersInfo(userIDs: $ids) { user { nickName } } }';
    expect(await count('viewer', query, { ids: ids.slice(0, howMany) })).toBe(1);
  });

  // BEGIN and COMMIT, the pair, the counts, the change, and two for streams and events: PostgreSQL locks the streams
  // first, and then writes both at once.
  const perChange = 7;
  const add = 'mutation ($id: ID!) { addFriend(input: { userID: $id }) { resultCode } }';

  it('addFriend takes a small number, with few friends and with many', async () => {
    await server.call('newcomer', '{ me { id } }');
    expect(await count('newcomer', add, { id: 'user0' })).toBe(perChange);
    expect(await count('viewer', add, { id: 'user99' })).toBe(perChange);
  });

  it('deleteFromFriendList of 1 and of 50 takes the same', async () => {
    const remove = 'mutation ($ids: [ID!]!) { deleteFromFriendList(userIDs: $ids) { code } }';
    const one = await count('viewer', remove, { ids: [ids[0]] });
    expect(await count('viewer', remove, { ids: ids.slice(1, 51) })).toBe(one);
  });

  // Only SQLite's one writer lets the change's statements be told from those of the job that follows it.
  const onOneWriter = store.name === 'SQLite' ? it : it.skip;

  onOneWriter(
    'setSelfInfo takes the same with no friend and with many; telling the owners is left to the job',
    async () => {
      const set = 'mutation ($nick: String!) { setSelfInfo(input: { nickName: $nick }) { id } }';
      const owners = Array.from({ length: 40 }, (_, index) => `owner${String(index)}`);
      await server.call(ADMIN, IMPORT_USERS, { users: owners.map((userID) => ({ userID })) });
      for (const owner of owners)
        await server.call(ADMIN, IMPORT_FRIENDS, { id: owner, friends: [{ userID: 'viewer' }] });
      await server.call('nobody', '{ me { id } }');
      const lonely = await countChange('nobody', set);
      expect(await countChange('viewer', set)).toBe(lonely);
    },
  );

  /** Statements of the transaction that writes the profile. */
  async function countChange(userID: string, query: string): Promise<number> {
    await count(userID, query, { nick: String(Math.random()) });
    const written = server.statements.findIndex((sql) => sql.startsWith('UPDATE "user"'));
    return (
      server.statements.indexOf('COMMIT', written) - server.statements.lastIndexOf('BEGIN IMMEDIATE', written)
    );
  }
});
