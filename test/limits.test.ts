import {
  act,
  addFriend,
  createUsers,
  importFriends,
  loadRelation,
  RESULT,
  toCodes,
  toIDs,
} from './support/people';
import { ADMIN, TestServer } from './support/server';
import { describeOnStores } from './support/stores';

/** Many calls, in the order given and as few requests. */
async function actAll(server: TestServer, caller: string, calls: readonly string[]): Promise<string[]> {
  const codes: string[] = [];
  for (const call of calls) codes.push(...[await act(server, caller, call)].flat());
  return codes;
}

describeOnStores('the limits on lists', (store) => {
  let server: TestServer;
  beforeAll(async () => {
    // One user asks more than a hundred times here.
    server = await TestServer.start({ store, limits: { applicationsPerHour: 200 } });
  });
  afterAll(() => server.stop());

  const count = async (userID: string, list: string): Promise<number> =>
    (await server.call<Record<string, { totalCount: number }>>(userID, `{ ${list} { totalCount } }`))[list]
      ?.totalCount ?? -1;

  it('3,000 friends in one list, by whatever way it would grow', async () => {
    const friends = toIDs(3001);
    await createUsers(server, ['full', 'open', ...friends]);
    await createUsers(server, ['open', 'full'], { allowType: 'ALLOW_ANY' });
    const entries = friends.map((userID) => ({ userID }));
    for (let start = 0; start < 2000; start += 1000)
      await importFriends(server, 'full', entries.slice(start, start + 1000));
    // 1,000 in one call, of which one is there already and the last finds no room.
    const last = [...entries.slice(2000, 2999), entries[0] ?? {}];
    expect(new Set(toCodes(await importFriends(server, 'full', last)))).toEqual(
      new Set(['OK', 'ALREADY_FRIENDS']),
    );
    expect(await count('full', 'friendList')).toBe(2999);
    expect(toCodes(await importFriends(server, 'full', entries.slice(2999)))).toEqual(['OK', 'FRIEND_LIMIT']);
    expect(await count('full', 'friendList')).toBe(3000);

    const refused = { resultCode: 'FRIEND_LIMIT', code: 30010 };
    expect(await addFriend(server, 'full', { userID: 'open' })).toMatchObject(refused);
    expect(await addFriend(server, 'full', { userID: 'open', addType: 'SINGLE' })).toMatchObject(refused);
    const theirs = { resultCode: 'PEER_FRIEND_LIMIT', code: 30014 };
    expect(await addFriend(server, 'open', { userID: 'full' })).toMatchObject(theirs);
    expect(await loadRelation(server, 'full', 'open')).toBe('NONE');
    expect(await addFriend(server, 'open', { userID: 'full', addType: 'SINGLE' })).toMatchObject({
      resultCode: 'OK',
    });
    // The list is at its limit, not past it: who is in it may be written as before.
    expect(await addFriend(server, 'u0001', { userID: 'full', addType: 'SINGLE' })).toMatchObject({
      resultCode: 'OK',
    });
    await act(server, 'full', 'deleteFromFriendList(userIDs: ["u0002"], deleteType: SINGLE)');
    expect(await addFriend(server, 'full', { userID: 'open' })).toMatchObject({ resultCode: 'OK' });
    expect(await count('full', 'friendList')).toBe(3000);
  });

  it('1,000 blocked users', async () => {
    const ids = toIDs(1001, 'b');
    await createUsers(server, ['blocker', ...ids]);
    const block = (some: string[]): Promise<string | string[]> =>
      act(server, 'blocker', `addToBlockList(userIDs: ${JSON.stringify(some)})`);
    for (let start = 0; start < 900; start += 100) await block(ids.slice(start, start + 100));
    await block(ids.slice(900, 999));
    expect(await block(ids.slice(998))).toEqual(['OK', 'OK', 'BLOCK_LIMIT']);
    expect(await count('blocker', 'blockList')).toBe(1000);
    await act(server, 'blocker', 'deleteFromBlockList(userIDs: ["b0001"])');
    expect(await block(ids.slice(1000))).toEqual(['OK']);
  });

  it('100 requests sent, 100 received; a request made again needs no room', async () => {
    const ids = toIDs(101, 'r');
    await createUsers(server, ['asker', 'asked', ...ids]);
    const add = (userID: string): string => `addFriend(input: { userID: "${userID}" })`;
    const sent = await actAll(server, 'asker', ids.map(add));
    expect(sent).toEqual([...Array<string>(100).fill('PENDING'), 'APPLICATION_LIMIT']);
    expect(await count('asker', 'friendApplicationList')).toBe(100);
    expect(await count('r0101', 'friendApplicationList')).toBe(0);
    expect(await act(server, 'asker', add('r0001'))).toBe('PENDING');

    const received: string[] = [];
    for (const id of ids) received.push(...(await actAll(server, id, [add('asked')])));
    expect(received).toEqual([...Array<string>(100).fill('PENDING'), 'APPLICATION_LIMIT']);
    // Each direction counts by itself.
    expect(await act(server, 'asked', add('r0101'))).toBe('PENDING');
    expect(await act(server, 'asker', 'deleteFriendApplication(userID: "r0001", type: SEND_OUT)')).toBe('OK');
    expect(await act(server, 'asker', add('r0101'))).toBe('PENDING');
  });

  it('a full list keeps the request that cannot be accepted', async () => {
    await createUsers(server, ['late', 'full2']);
    await act(server, 'late', 'addFriend(input: { userID: "full2" })');
    for (let start = 0; start < 3000; start += 1000)
      await importFriends(
        server,
        'full2',
        toIDs(3001)
          .slice(start, start + 1000)
          .map((userID) => ({ userID })),
      );
    expect(await act(server, 'full2', 'acceptFriendApplication(input: { userID: "late" })')).toBe(
      'FRIEND_LIMIT',
    );
    expect(await count('full2', 'friendApplicationList')).toBe(1);
    const agree = 'acceptFriendApplication(input: { userID: "late", acceptType: AGREE })';
    expect(await act(server, 'full2', agree)).toBe('OK');
  });

  it('32 friend groups, also where a friend would bring a new one', async () => {
    await createUsers(server, ['owner', 'x'], { allowType: 'ALLOW_ANY' });
    const codes = await actAll(
      server,
      'owner',
      toIDs(32, 'g').map((name) => `createFriendGroup(name: "${name}")`),
    );
    expect(codes).toEqual([]);
    expect(await act(server, 'owner', 'createFriendGroup(name: "more")')).toEqual(['GROUP_LIMIT']);
    expect(await addFriend(server, 'owner', { userID: 'x', friendGroup: 'more' })).toMatchObject({
      resultCode: 'OK',
    });
    const { friendGroups } = await server.call<{ friendGroups: unknown[] }>(
      'owner',
      '{ friendGroups { name } }',
    );
    expect(friendGroups).toHaveLength(32);
  });

  it('32 friend groups, also where one import brings the first of all and more: those given first', async () => {
    const friends = toIDs(34, 'h');
    await createUsers(server, ['importer', ...friends]);
    const entries = friends.map((userID) => ({ userID, friendGroups: [`group ${userID}`] }));
    expect(new Set(toCodes(await importFriends(server, 'importer', entries)))).toEqual(new Set(['OK']));
    const { friendGroups } = await server.call<{ friendGroups: { name: string }[] }>(
      'importer',
      '{ friendGroups { name } }',
    );
    expect(friendGroups.map(({ name }) => name)).toEqual(
      friends.slice(0, 32).map((userID) => `group ${userID}`),
    );
    expect(await count('importer', 'friendList')).toBe(34);
  });

  it('100 users and 1,000 friends in one import', async () => {
    const users = toIDs(101, 'n').map((userID) => ({ userID }));
    const importUsers = `mutation ($users: [ImportUserInput!]!) { importUsers(users: $users) ${RESULT} }`;
    expect(await server.send(ADMIN, importUsers, { users })).toMatchObject({
      errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
    });
    const friends = toIDs(1001).map((userID) => ({ userID }));
    await expect(importFriends(server, 'blocker', friends)).rejects.toThrow(/BAD_USER_INPUT/);
    expect(await count('blocker', 'friendList')).toBe(0);
    expect(await server.call(ADMIN, '{ usersInfo(userIDs: ["n0001"]) { resultCode } }')).toMatchObject({
      usersInfo: [{ resultCode: 'USER_NOT_FOUND' }],
    });
    expect(toCodes(await importFriends(server, 'asked', friends.slice(1)))).toHaveLength(1000);
    const { importUsers: made } = await server.call<{ importUsers: unknown[] }>(ADMIN, importUsers, {
      users: users.slice(1),
    });
    expect(made).toHaveLength(100);
  });
});
