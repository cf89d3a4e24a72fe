import { Devices } from './support/devices';
import { befriend, createUsers, toIDs } from './support/people';
import { ADMIN, TestServer } from './support/server';
import { describeOnStores } from './support/stores';

/** Every call that takes ids, as a document over `$ids`. */
const CALLS: [name: string, document: string][] = [
  ['usersInfo', 'query ($ids: [ID!]!) { answer: usersInfo(userIDs: $ids) { userID resultCode } }'],
  ['friendsInfo', 'query ($ids: [ID!]!) { answer: friendsInfo(userIDs: $ids) { userID resultCode } }'],
  ['checkFriends', 'query ($ids: [ID!]!) { answer: checkFriends(userIDs: $ids) { userID resultCode } }'],
  ...[
    'addToBlockList(userIDs: $ids)',
    'deleteFromBlockList(userIDs: $ids)',
    'deleteFromFriendList(userIDs: $ids)',
    'createFriendGroup(name: "new", userIDs: $ids)',
    'addFriendsToFriendGroup(name: "g", userIDs: $ids)',
    'deleteFriendsFromFriendGroup(name: "g", userIDs: $ids)',
  ].map((call): [string, string] => [
    call.slice(0, call.indexOf('(')),
    `mutation ($ids: [ID!]!) { answer: ${call} { userID resultCode } }`,
  ]),
];

describeOnStores('a call that takes many ids', (store) => {
  let server: TestServer;
  const devices = new Devices(() => server);
  beforeAll(async () => {
    server = await TestServer.start({ store });
  });
  afterEach(() => devices.stopAll());
  afterAll(() => server.stop());

  it.each(CALLS)(
    '%s answers each where it was asked, the same id alike, and what is no id beside',
    async (name, query) => {
      const [me, x, y] = [`me-${name}`, `x-${name}`, `y-${name}`];
      await befriend(server, x, me, y);
      await server.call(me, 'mutation { createFriendGroup(name: "g") { code } }');
      const ids = [y, 'a b', x, 'nobody', y, '', 'x'.repeat(33), 'é', x];
      type Answer = { answer: { userID: string; resultCode: string }[] };
      const { answer } = await server.call<Answer>(me, query, { ids });
      expect(answer.map(({ userID }) => userID)).toEqual(ids);
      const codes = answer.map(({ resultCode }) => resultCode);
      expect([codes[0], codes[2], codes[4], codes[8]]).toEqual(['OK', 'OK', 'OK', 'OK']);
      expect(codes[3]).toBe(
        name === 'deleteFromBlockList'
          ? 'OK'
          : /Group|Delete|delete/.test(name)
            ? 'NOT_FRIENDS'
            : 'USER_NOT_FOUND',
      );
      const INVALID = 'INVALID_PARAMETERS';
      expect([codes[1], codes[5], codes[6], codes[7]]).toEqual([INVALID, INVALID, INVALID, INVALID]);
      expect(await server.call<Answer>(me, query, { ids: [] })).toMatchObject({
        answer: expect.any(Array) as unknown,
      });
    },
  );

  it.each(CALLS)('%s takes 100 ids; one more fails as a whole and nothing is done', async (name, query) => {
    const me = `all-${name}`;
    await befriend(server, me, `f-${name}`);
    await server.call(me, 'mutation { createFriendGroup(name: "g") { code } }');
    const device = await devices.open(me);
    // The same id counts at each place.
    const ids = Array.from({ length: 101 }, () => `f-${name}`);
    const { data, errors } = await server.send(me, query, { ids });
    expect(data ?? null).toBeNull();
    expect(errors).toMatchObject([{ path: ['answer'], extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(errors?.[0]?.message).toContain('101');
    expect(await device.takeAll()).toEqual([]);
    const { answer } = await server.call<{ answer: unknown[] }>(me, query, { ids: toIDs(100, 'nobody') });
    expect(answer).toHaveLength(100);
  });

  it.each([
    ['setFriendApplicationRead', 'mutation ($ids: [ID!]!) { setFriendApplicationRead(userIDs: $ids) }', 100],
    ['deleteUsers', 'mutation ($ids: [ID!]!) { deleteUsers(userIDs: $ids) { code } }', 100],
    ['deleteFriendGroups', 'mutation ($ids: [String!]!) { deleteFriendGroups(names: $ids) }', 100],
    ['friendGroups', 'query ($ids: [String!]!) { friendGroups(names: $ids) { name } }', 100],
  ])('%s has the same limit', async (_name, query, limit) => {
    await createUsers(server, toIDs(limit));
    await server.call(ADMIN, query, { ids: toIDs(limit, 'none') });
    expect(await server.send(ADMIN, query, { ids: [...toIDs(limit), 'u0001'] })).toMatchObject({
      errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
    });
    expect(await server.call(ADMIN, '{ usersInfo(userIDs: ["u0001"]) { resultCode } }')).toEqual({
      usersInfo: [{ resultCode: 'OK' }],
    });
  });
});
