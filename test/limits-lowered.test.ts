import { loadAll } from './support/pages';
import { act, befriend, createUsers, follow, toIDs } from './support/people';
import { ADMIN, TestServer } from './support/server';
import { describeOnStores, type Store } from './support/stores';

const FIELDS = ['a', 'b', 'c'].map((key) => ({ key, value: 'x' }));
const SET_SELF = `mutation ($input: SetSelfInfoInput!) {
  setSelfInfo(input: $input) { nickName customInfo { key } }
}`;
const SET_FRIEND = `mutation ($input: SetFriendInfoInput!) {
  setFriendInfo(input: $input) { friendInfo { friendRemark friendCustomInfo { key } } }
}`;

describeOnStores('what was made before a limit was lowered', (store) => {
  let place: Awaited<ReturnType<Store['create']>>;
  let server: TestServer;
  beforeAll(async () => {
    place = await store.create();
    const kept = { name: store.name, create: async () => ({ ...place, drop: async () => undefined }) };
    server = await TestServer.start({ store: kept });
    await befriend(server, 'me', 'pal');
    await server.call('me', SET_SELF, { input: { customInfo: FIELDS } });
    await server.call('me', SET_FRIEND, { input: { userID: 'pal', friendCustomInfo: FIELDS } });
    for (const name of ['long name', 'long too']) {
      await act(server, 'me', `createFriendGroup(name: "${name}", userIDs: ["pal"])`);
    }
    await server.stop();
    server = await TestServer.start({
      store: kept,
      limits: { customFields: 1, groupNameBytes: 5, pageSize: 20 },
    });
  });
  afterAll(async () => {
    await server.stop();
    await place.drop();
  });

  it('stays where there are more custom fields: everything else is written, and they become fewer', async () => {
    const keys = FIELDS.map(({ key }) => ({ key }));
    expect(await server.call('me', SET_SELF, { input: { nickName: 'Me' } })).toEqual({
      setSelfInfo: { nickName: 'Me', customInfo: keys },
    });
    const imported = await server.call(
      ADMIN,
      'mutation { importUsers(users: [{ userID: "me", level: 2 }, { userID: "new" }]) { resultCode } }',
    );
    expect(imported).toEqual({ importUsers: [{ resultCode: 'OK' }, { resultCode: 'OK' }] });
    const input = { userID: 'pal', friendRemark: 'Pal', friendCustomInfo: [{ key: 'a', value: '' }] };
    expect(await server.call('me', SET_FRIEND, { input })).toEqual({
      setFriendInfo: { friendInfo: { friendRemark: 'Pal', friendCustomInfo: keys.slice(1) } },
    });
    const { errors } = await server.send('me', SET_SELF, {
      input: { customInfo: [{ key: 'd', value: 'one more' }] },
    });
    expect(errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT');
  });

  it('is found where a group has a longer name, which no other may be given', async () => {
    const friends = { totalCount: 1, nodes: [{ userID: 'pal' }] };
    expect(
      await server.call(
        'me',
        `{ friendGroups(names: ["long name"]) { name friends { totalCount nodes { userID } } }
          friendList(groupName: "long name") { totalCount nodes { userID } } }`,
      ),
    ).toEqual({ friendGroups: [{ name: 'long name', friends }], friendList: friends });
    expect(
      await act(server, 'me', 'deleteFriendsFromFriendGroup(name: "long name", userIDs: ["pal"])'),
    ).toEqual(['OK']);
    expect(await act(server, 'me', 'addFriendsToFriendGroup(name: "long name", userIDs: ["pal"])')).toEqual([
      'OK',
    ]);
    expect(await act(server, 'me', 'createFriendGroup(name: "longer")')).toEqual(['INVALID_PARAMETERS']);
    expect(
      await server.call('me', 'mutation { deleteFriendGroups(names: ["long too", "long name"]) }'),
    ).toEqual({ deleteFriendGroups: ['long too', 'long name'] });
  });

  it('is paged as far as the limit goes when no size is given', async () => {
    const friends = toIDs(21);
    await createUsers(server, friends);
    await follow(server, 'many', ...friends);
    const query = `{
      friendList { nodes { userID } pageInfo { hasNextPage } }
      searchFriends(input: { keywords: ["u"] }) { nodes { userID } }
      friendApplicationList { totalCount }
      blockList { totalCount }
    }`;
    type Answer = Record<string, { nodes?: unknown[]; pageInfo?: object }>;
    const { friendList, searchFriends } = await server.call<Answer>('many', query);
    expect(friendList?.nodes).toHaveLength(20);
    expect(friendList?.pageInfo).toEqual({ hasNextPage: true });
    expect(searchFriends?.nodes).toHaveLength(20);
    expect(await loadAll(server, 'many', { field: 'friendList' }, 20)).toHaveLength(21);
  });
});
