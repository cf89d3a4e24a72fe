import { Devices } from './support/devices';
import {
  act,
  befriend,
  createUsers,
  importFriends,
  loadRelation,
  RESULT,
  toCodes,
  type Result,
} from './support/people';
import { ADMIN, TestServer } from './support/server';
import { describeOnStores } from './support/stores';

const IMPORT_USERS = `mutation ($users: [ImportUserInput!]!) { importUsers(users: $users) ${RESULT} }`;

describeOnStores('imports by an administrator', (store) => {
  let server: TestServer;
  const devices = new Devices(() => server);
  beforeAll(async () => {
    server = await TestServer.start({ store });
  });
  afterEach(() => devices.stopAll());
  afterAll(() => server.stop());

  it('create users with every field and change those that exist', async () => {
    const ann = {
      userID: 'ann',
      nickName: 'Ann',
      faceUrl: 'f',
      selfSignature: 's',
      gender: 'FEMALE',
      birthday: 19800101,
      allowType: 'ALLOW_ANY',
      role: 1,
      level: 2,
      customInfo: [{ key: 'k', value: 'v' }],
    };
    const importUsers = async (users: unknown[]): Promise<Result[]> =>
      (await server.call<{ importUsers: Result[] }>(ADMIN, IMPORT_USERS, { users })).importUsers;
    const results = await importUsers([
      ann,
      { userID: 'a b' },
      { userID: 'bob' },
      { userID: 'ann', level: 3 },
    ]);
    expect(toCodes(results)).toEqual(['OK', 'INVALID_PARAMETERS', 'OK', 'OK']);
    expect(results.map(({ userID }) => userID)).toEqual(['ann', 'a b', 'bob', 'ann']);
    const query = `{ usersInfo(userIDs: ["ann", "bob", "a b"]) { user { nickName faceUrl selfSignature gender birthday
      allowType role level customInfo { key value } } } }`;
    const { usersInfo } = await server.call<{ usersInfo: { user: object | null }[] }>('bob', query);
    const { userID, ...profile } = ann;
    expect(results[0]).toMatchObject({ userID });
    expect(usersInfo[0]?.user).toEqual({ ...profile, level: 3 });
    expect(usersInfo[1]?.user).toMatchObject({ nickName: '', allowType: 'NEED_CONFIRM' });
    expect(usersInfo[2]?.user).toBeNull();
    expect(toCodes(await importUsers([{ userID: 'ann', nickName: 'Anna' }]))).toEqual(['OK']);
    expect((await server.call<{ me: object }>('ann', '{ me { nickName faceUrl level } }')).me).toEqual({
      nickName: 'Anna',
      faceUrl: 'f',
      level: 3,
    });
  });

  it('tell nobody that a user may send no requests', async () => {
    await createUsers(server, ['quiet']);
    const load = () => server.call('quiet', '{ me { updatedAt } friendshipEventPosition }');
    const before = await load();
    await createUsers(server, ['quiet'], { adminForbidType: 'SEND_OUT' });
    expect(await load()).toEqual(before);
    await createUsers(server, ['quiet'], { adminForbidType: 'NONE', nickName: 'Q' });
    expect(await load()).not.toEqual(before);
  });

  it('put entries into one list as given, and tell its owner in one event', async () => {
    await createUsers(server, ['own', 'f1', 'f2', 'f3'], { allowType: 'DENY_ANY' });
    const [own, f1] = [await devices.open('own'), await devices.open('f1')];
    const first = {
      userID: 'f1',
      friendRemark: 'r',
      friendGroups: ['g', 'h', 'g'],
      addSource: 'imp',
      addWording: 'w',
      addTime: '2020-02-03T04:05:06.789Z',
      friendCustomInfo: [{ key: 'k', value: 'v' }],
    };
    const results = await importFriends(server, 'own', [
      { userID: 'f2' },
      first,
      { userID: 'nobody' },
      { userID: 'own' },
      { userID: 'a b' },
      { userID: 'f2', friendRemark: 'a second time' },
      { userID: 'f3', friendGroups: [''] },
    ]);
    expect(toCodes(results)).toEqual([
      'OK',
      'OK',
      'USER_NOT_FOUND',
      'INVALID_PARAMETERS',
      'INVALID_PARAMETERS',
      'OK',
      'INVALID_PARAMETERS',
    ]);
    expect(await own.takeAll()).toMatchObject([
      { type: 'FRIEND_LIST_ADDED', friends: [{ userID: 'f2', friendRemark: '' }, { userID: 'f1' }] },
      { type: 'FRIEND_GROUP_CREATED', groupName: 'g', userIDs: ['f1'] },
      { type: 'FRIEND_GROUP_CREATED', groupName: 'h', userIDs: ['f1'] },
    ]);
    expect(await f1.takeAll()).toEqual([]);
    const list = `{ friendList { nodes { userID friendRemark friendGroups addSource addWording friendAddTime
      friendCustomInfo { key value } } } }`;
    const { friendList } = await server.call<{ friendList: { nodes: unknown[] } }>('own', list);
    expect(friendList.nodes).toHaveLength(2);
    expect(friendList.nodes[1]).toEqual({
      userID: 'f1',
      friendRemark: 'r',
      friendGroups: ['g', 'h'],
      addSource: 'AddSource_Type_imp',
      addWording: 'w',
      friendAddTime: '2020-02-03T04:05:06.789Z',
      friendCustomInfo: [{ key: 'k', value: 'v' }],
    });
    expect(toCodes(await importFriends(server, 'own', [{ userID: 'f1', friendRemark: 'new' }]))).toEqual([
      'ALREADY_FRIENDS',
    ]);
    expect(await own.takeAll()).toEqual([]);
    expect(await server.call('own', list)).toEqual({ friendList });
  });

  it('take a time of any offset, unless it lies out of the years that can be shown', async () => {
    await createUsers(server, ['old', 'f4', 'f5', 'f6']);
    const importOne = (userID: string, addTime: string) =>
      importFriends(server, 'old', [{ userID, addTime }, { userID: 'f6' }]);
    for (const addTime of ['0000-01-01T00:00:00+00:01', '9999-12-31T23:59:59.999-00:01'])
      await expect(importOne('f4', addTime)).rejects.toThrow('must lie in the years 0000 to 9999');
    const list = '{ friendList { nodes { userID friendAddTime } } }';
    expect(await server.call('old', list)).toEqual({ friendList: { nodes: [] } });
    await importOne('f4', '0000-01-01T23:59:00+23:59');
    await importOne('f5', '9999-12-31T00:00:59.999-23:59');
    expect(await server.call('old', list)).toMatchObject({
      friendList: {
        nodes: [
          { userID: 'f5', friendAddTime: '9999-12-31T23:59:59.999Z' },
          { userID: 'f6' },
          { userID: 'f4', friendAddTime: '0000-01-01T00:00:00.000Z' },
        ],
      },
    });
  });

  it('are refused by a block in either direction, and for an owner who is not there', async () => {
    await createUsers(server, ['a1', 'b1']);
    await act(server, 'a1', 'addToBlockList(userIDs: ["b1"])');
    expect(toCodes(await importFriends(server, 'a1', [{ userID: 'b1' }]))).toEqual(['BLOCKED_BY_ME']);
    expect(toCodes(await importFriends(server, 'b1', [{ userID: 'a1' }]))).toEqual(['BLOCKED_BY_PEER']);
    expect(toCodes(await importFriends(server, 'nobody', [{ userID: 'a1' }]))).toEqual(['USER_NOT_FOUND']);
    expect(await loadRelation(server, 'a1', 'b1')).toBe('NONE');
  });

  it('do not make the other side a friend, and settle a request when both have become friends', async () => {
    await createUsers(server, ['a2', 'b2']);
    await act(server, 'b2', 'addFriend(input: { userID: "a2" })');
    await importFriends(server, 'a2', [{ userID: 'b2' }]);
    expect(await loadRelation(server, 'a2', 'b2')).toBe('IN_MY_FRIEND_LIST');
    await importFriends(server, 'b2', [{ userID: 'a2' }]);
    expect(await loadRelation(server, 'a2', 'b2')).toBe('BOTH_WAY');
    expect(await server.call('a2', '{ friendApplicationList { totalCount } }')).toMatchObject({
      friendApplicationList: { totalCount: 0 },
    });
  });

  it.each([
    ['importUsers', 'importUsers(users: [{ userID: "x" }]) { code }'],
    ['importFriends', 'importFriends(userID: "eve", friends: [{ userID: "mate" }]) { code }'],
    ['deleteUsers', 'deleteUsers(userIDs: ["mate"]) { code }'],
  ])('%s is FORBIDDEN to everybody else, and nothing is done', async (_name, call) => {
    await befriend(server, 'mate', 'pal');
    await createUsers(server, ['eve']);
    const { data, errors } = await server.send('eve', `mutation { ${call} }`);
    expect(data ?? null).toBeNull();
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect(
      await server.call(
        'eve',
        '{ friendList { totalCount } usersInfo(userIDs: ["x", "mate"]) { resultCode } }',
      ),
    ).toEqual({
      friendList: { totalCount: 0 },
      usersInfo: [{ resultCode: 'USER_NOT_FOUND' }, { resultCode: 'OK' }],
    });
  });
});
