import { Devices } from './support/devices';
import { act, befriend, createUsers, follow, importFriends, loadRelation } from './support/people';
import { TestServer } from './support/server';
import { describeOnStores } from './support/stores';

const INFO = `{ userID resultCode relation
  friendInfo { userID friendRemark friendGroups friendAddTime addSource addWording friendCustomInfo { key value } user { id } } }`;
const SET = `mutation ($input: SetFriendInfoInput!) { setFriendInfo(input: $input) ${INFO} }`;

describeOnStores('the friend list', (store) => {
  let server: TestServer;
  const devices = new Devices(() => server);
  beforeAll(async () => {
    server = await TestServer.start({ store });
  });
  afterEach(() => devices.stopAll());
  afterAll(() => server.stop());

  const loadInfos = async (userID: string, ids: string[]): Promise<Record<string, unknown>[]> => {
    const query = `query ($ids: [ID!]!) { friendsInfo(userIDs: $ids) ${INFO} }`;
    return (await server.call<{ friendsInfo: Record<string, unknown>[] }>(userID, query, { ids }))
      .friendsInfo;
  };

  it('tells the four relations, and fills only the ids and the profile of a non-friend', async () => {
    await befriend(server, 'me', 'mutual');
    await follow(server, 'me', 'mine');
    await follow(server, 'theirs', 'me');
    await createUsers(server, ['none']);
    const ids = ['theirs', 'mutual', 'none', 'nobody', 'mine', 'a b', 'mutual', 'me'];
    const infos = await loadInfos('me', ids);
    expect(infos.map((info) => [info['userID'], info['resultCode'], info['relation']])).toEqual([
      ['theirs', 'OK', 'IN_OTHER_FRIEND_LIST'],
      ['mutual', 'OK', 'BOTH_WAY'],
      ['none', 'OK', 'NONE'],
      ['nobody', 'USER_NOT_FOUND', 'NONE'],
      ['mine', 'OK', 'IN_MY_FRIEND_LIST'],
      ['a b', 'INVALID_PARAMETERS', 'NONE'],
      ['mutual', 'OK', 'BOTH_WAY'],
      ['me', 'OK', 'NONE'],
    ]);
    const entry = {
      friendAddTime: expect.any(String) as string,
      addSource: '',
      addWording: '',
      friendCustomInfo: [],
    };
    expect(infos[1]?.['friendInfo']).toEqual({
      userID: 'mutual',
      friendRemark: '',
      friendGroups: [],
      ...entry,
      user: { id: 'mutual' },
    });
    const nothing = { friendAddTime: null, addSource: null, addWording: null, friendCustomInfo: null };
    expect(infos[0]?.['friendInfo']).toEqual({
      userID: 'theirs',
      friendRemark: null,
      friendGroups: null,
      ...nothing,
      user: { id: 'theirs' },
    });
    expect(infos[3]?.['friendInfo']).toBeNull();

    const check =
      'query ($ids: [ID!]!, $t: FriendType!) { checkFriends(userIDs: $ids, checkType: $t) { relation } }';
    const relationsBy = async (t: string): Promise<string[]> => {
      type Checks = { checkFriends: { relation: string }[] };
      return (await server.call<Checks>('me', check, { ids, t })).checkFriends.map(
        ({ relation }) => relation,
      );
    };
    expect(await relationsBy('BOTH')).toEqual(infos.map((info) => info['relation']));
    const [single, mine] = ['NONE', 'IN_MY_FRIEND_LIST'];
    expect(await relationsBy('SINGLE')).toEqual([single, mine, single, single, mine, single, mine, single]);
  });

  it('shows what is asked for of an entry in one place, or under one condition, and not in another', async () => {
    const entry = { userID: 'told', addSource: 'AddSource_Type_App', addWording: 'hello' };
    await createUsers(server, ['teller', 'told']);
    await importFriends(server, 'teller', [{ ...entry, friendGroups: ['all'] }]);
    const groups = `{
      friendGroups { ...Group } more: friendGroups { ...Group friends { nodes { addSource addWording } } }
    } fragment Group on FriendGroup { friends { nodes { userID } } }`;
    expect(await server.call('teller', groups)).toEqual({
      friendGroups: [{ friends: { nodes: [{ userID: 'told' }] } }],
      more: [{ friends: { nodes: [entry] } }],
    });
    const merged = `query ($more: Boolean!) { friendList { nodes { userID } } ...More @include(if: $more) }
      fragment More on Query { friendList { nodes { addSource addWording } } }`;
    const spread = `query ($more: Boolean!) { friendList { nodes { userID ...More } } }
      fragment More on FriendInfo { ... @include(if: $more) { addSource addWording } }`;
    for (const query of [merged, spread]) {
      for (const more of [false, true]) {
        expect(await server.call('teller', query, { more })).toEqual({
          friendList: { nodes: [more ? entry : { userID: 'told' }] },
        });
      }
    }
  });

  it('takes remark and custom fields of a friend, for the owner alone', async () => {
    await befriend(server, 'own', 'pal');
    const [own, pal] = [await devices.open('own'), await devices.open('pal')];
    const set = async (input: object): Promise<unknown> =>
      (await server.call<{ setFriendInfo: unknown }>('own', SET, { input: { userID: 'pal', ...input } }))
        .setFriendInfo;
    const custom = {
      friendCustomInfo: [
        { key: 'b', value: '2' },
        { key: 'a', value: '1' },
      ],
    };
    expect(await set({ friendRemark: 'Pally', ...custom })).toMatchObject({
      resultCode: 'OK',
      relation: 'BOTH_WAY',
      friendInfo: { friendRemark: 'Pally', friendCustomInfo: [{ key: 'a' }, { key: 'b' }] },
    });
    await set({ friendRemark: 'Pally', ...custom });
    await set({ friendRemark: null });
    expect(await set({ friendRemark: '', friendCustomInfo: [{ key: 'a', value: '' }] })).toMatchObject({
      friendInfo: { friendRemark: '', friendCustomInfo: [{ key: 'b', value: '2' }] },
    });
    const events = await own.takeAll();
    expect(events).toMatchObject([{ type: 'FRIEND_INFO_CHANGED' }, { __typename: 'FriendInfoChanged' }]);
    expect(events[1]).toMatchObject({ friends: [{ userID: 'pal', friendRemark: '' }] });
    expect(await pal.takeAll()).toEqual([]);
    expect((await loadInfos('pal', ['own']))[0]).toMatchObject({
      friendInfo: { friendRemark: '', friendCustomInfo: [] },
    });
  });

  it('takes no notes on somebody who is not in it', async () => {
    await follow(server, 'fan', 'star');
    const device = await devices.open('star');
    for (const [userID, resultCode] of [
      ['fan', 'NOT_FRIENDS'],
      ['nobody', 'NOT_FRIENDS'],
      ['a b', 'INVALID_PARAMETERS'],
    ])
      expect(await server.call('star', SET, { input: { userID, friendRemark: 'x' } })).toMatchObject({
        setFriendInfo: { userID, resultCode },
      });
    expect(await device.takeAll()).toEqual([]);
  });

  it('loses an entry by SINGLE with remark, custom fields and groups, and the friend hears nothing', async () => {
    await befriend(server, 'a1', 'b1');
    await act(server, 'a1', 'createFriendGroup(name: "g", userIDs: ["b1"])');
    await server.call('a1', SET, {
      input: { userID: 'b1', friendRemark: 'r', friendCustomInfo: [{ key: 'k', value: 'v' }] },
    });
    const [a, b] = [await devices.open('a1'), await devices.open('b1')];
    expect(await act(server, 'a1', 'deleteFromFriendList(userIDs: ["b1"], deleteType: SINGLE)')).toEqual([
      'OK',
    ]);
    expect(await a.takeAll()).toMatchObject([{ __typename: 'FriendListDeleted', userIDs: ['b1'] }]);
    expect(await b.takeAll()).toEqual([]);
    expect(await loadRelation(server, 'a1', 'b1')).toBe('IN_OTHER_FRIEND_LIST');
    expect(await act(server, 'a1', 'addFriend(input: { userID: "b1" })')).toBe('OK');
    expect((await loadInfos('a1', ['b1']))[0]).toMatchObject({
      friendInfo: { friendRemark: '', friendGroups: [], friendCustomInfo: [] },
    });
    expect(await server.call('a1', '{ friendGroups { name friendCount } }')).toEqual({
      friendGroups: [{ name: 'g', friendCount: 0 }],
    });
  });

  it('loses entries by BOTH on each side that had one, in one event with a list', async () => {
    await befriend(server, 'a2', 'b2');
    await follow(server, 'a2', 'c2');
    await follow(server, 'd2', 'a2');
    const [a, b, c, d] = [
      await devices.open('a2'),
      await devices.open('b2'),
      await devices.open('c2'),
      await devices.open('d2'),
    ];
    const call = 'deleteFromFriendList(userIDs: ["d2", "b2", "nobody", "c2", "b2", "a b", "a2"])';
    expect(await act(server, 'a2', call)).toEqual([
      'OK',
      'OK',
      'NOT_FRIENDS',
      'OK',
      'OK',
      'INVALID_PARAMETERS',
      'NOT_FRIENDS',
    ]);
    expect(await a.takeAll()).toMatchObject([{ type: 'FRIEND_LIST_DELETED', userIDs: ['b2', 'c2'] }]);
    expect(await b.takeAll()).toMatchObject([{ type: 'FRIEND_LIST_DELETED', userIDs: ['a2'] }]);
    expect(await c.takeAll()).toEqual([]);
    expect(await d.takeAll()).toMatchObject([{ type: 'FRIEND_LIST_DELETED', userIDs: ['a2'] }]);
    expect(await act(server, 'a2', call)).not.toContain('OK');
    expect(await a.takeAll()).toEqual([]);
  });

  it('by SINGLE does not take the viewer out of the list of somebody who is no friend', async () => {
    await follow(server, 'd3', 'a3');
    expect(await act(server, 'a3', 'deleteFromFriendList(userIDs: ["d3"], deleteType: SINGLE)')).toEqual([
      'NOT_FRIENDS',
    ]);
    expect(await loadRelation(server, 'd3', 'a3')).toBe('IN_MY_FRIEND_LIST');
  });
});
