import { Devices } from './support/devices';
import { addFriend, befriend, createUsers, follow, loadRelation } from './support/people';
import { TestServer } from './support/server';
import { describeOnStores } from './support/stores';

describeOnStores('addFriend', (store) => {
  let server: TestServer;
  const devices = new Devices(() => server);
  beforeAll(async () => {
    server = await TestServer.start({ store });
  });
  afterEach(() => devices.stopAll());
  afterAll(() => server.stop());

  const LIST = `{ friendList { nodes { userID friendRemark addSource addWording friendGroups } } }`;
  const loadList = async (userID: string): Promise<unknown> =>
    (await server.call<{ friendList: { nodes: unknown } }>(userID, LIST)).friendList.nodes;

  it('ALLOW_ANY, BOTH: both lists grow and both sides hear', async () => {
    await createUsers(server, ['a1', 'b1'], { allowType: 'ALLOW_ANY' });
    const [a, b] = [await devices.open('a1'), await devices.open('b1')];
    const input = {
      userID: 'b1',
      friendRemark: 'Bee',
      friendGroup: 'work',
      addWording: 'hi',
      addSource: 'web',
    };
    expect(await addFriend(server, 'a1', input)).toEqual({
      userID: 'b1',
      resultCode: 'OK',
      code: 0,
      resultInfo: '',
    });
    const mine = { userID: 'b1', friendRemark: 'Bee', friendGroups: ['work'] };
    expect(await a.takeAll()).toMatchObject([
      { __typename: 'FriendListAdded', friends: [mine] },
      { __typename: 'FriendGroupCreated', groupName: 'work', userIDs: ['b1'] },
    ]);
    expect(await b.takeAll()).toMatchObject([
      { type: 'FRIEND_LIST_ADDED', friends: [{ userID: 'a1', friendRemark: '', friendGroups: [] }] },
    ]);
    expect(await loadList('a1')).toEqual([{ ...mine, addSource: 'AddSource_Type_web', addWording: 'hi' }]);
    expect(await loadList('b1')).toMatchObject([{ userID: 'a1', friendRemark: '', friendGroups: [] }]);
    expect(await loadRelation(server, 'a1', 'b1')).toBe('BOTH_WAY');
  });

  it('ALLOW_ANY, BOTH, where A has B already: only the list that grows is told', async () => {
    // Before the friendship: a2 would be told of the change some time later.
    await createUsers(server, ['b2'], { allowType: 'ALLOW_ANY' });
    await follow(server, 'a2', 'b2');
    const [a, b] = [await devices.open('a2'), await devices.open('b2')];
    expect(await addFriend(server, 'a2', { userID: 'b2' })).toMatchObject({ resultCode: 'OK' });
    expect(await a.takeAll()).toEqual([]);
    expect(await b.takeAll()).toMatchObject([{ type: 'FRIEND_LIST_ADDED', friends: [{ userID: 'a2' }] }]);
  });

  it('ALLOW_ANY, SINGLE: only the own list grows', async () => {
    await createUsers(server, ['a3', 'b3'], { allowType: 'ALLOW_ANY' });
    const [a, b] = [await devices.open('a3'), await devices.open('b3')];
    expect(await addFriend(server, 'a3', { userID: 'b3', addType: 'SINGLE' })).toMatchObject({
      resultCode: 'OK',
    });
    expect(await a.takeAll()).toMatchObject([{ type: 'FRIEND_LIST_ADDED', friends: [{ userID: 'b3' }] }]);
    expect(await b.takeAll()).toEqual([]);
    expect(await loadRelation(server, 'a3', 'b3')).toBe('IN_MY_FRIEND_LIST');
    expect(await loadRelation(server, 'b3', 'a3')).toBe('IN_OTHER_FRIEND_LIST');
  });

  it.each(['NEED_CONFIRM', 'DENY_ANY'])('needs no confirmation of a %s who has A already', async (policy) => {
    const [me, they] = [`a4-${policy}`, `b4-${policy}`];
    await follow(server, they, me);
    await createUsers(server, [they], { allowType: policy });
    const [a, b] = [await devices.open(me), await devices.open(they)];
    expect(await addFriend(server, me, { userID: they })).toMatchObject({ resultCode: 'OK' });
    expect(await a.takeAll()).toMatchObject([{ type: 'FRIEND_LIST_ADDED', friends: [{ userID: they }] }]);
    expect(await b.takeAll()).toEqual([]);
    expect(await loadRelation(server, me, they)).toBe('BOTH_WAY');
  });

  it.each(['SINGLE', 'BOTH'])(
    '%s crossing a request of B is an accept, with the words of both',
    async (type) => {
      const [me, they] = [`a5-${type}`, `b5-${type}`];
      await createUsers(server, [me, they]);
      const asked = {
        userID: me,
        friendRemark: 'theirs',
        friendGroup: 'g',
        addWording: 'hello',
        addSource: 'x',
      };
      expect(await addFriend(server, they, asked)).toMatchObject({ resultCode: 'PENDING', code: 30539 });
      await createUsers(server, [they], { allowType: 'DENY_ANY' });
      const [a, b] = [await devices.open(me), await devices.open(they)];
      const mine = { userID: they, friendRemark: 'mine', addType: type };
      expect(await addFriend(server, me, mine)).toMatchObject({ resultCode: 'OK' });
      expect(await a.takeAll()).toMatchObject([
        { type: 'FRIEND_APPLICATION_LIST_DELETED', applicationType: 'COME_IN', userIDs: [they] },
        { type: 'FRIEND_LIST_ADDED', friends: [{ userID: they, friendRemark: 'mine' }] },
      ]);
      expect(await b.takeAll()).toMatchObject([
        { type: 'FRIEND_APPLICATION_LIST_DELETED', applicationType: 'SEND_OUT', userIDs: [me] },
        { type: 'FRIEND_LIST_ADDED', friends: [{ userID: me, friendRemark: 'theirs' }] },
        { type: 'FRIEND_GROUP_CREATED', groupName: 'g', userIDs: [me] },
      ]);
      expect(await loadRelation(server, me, they)).toBe('BOTH_WAY');
    },
  );

  it('crossing a request: the own entry has the own words where there are any, and those of the request otherwise', async () => {
    await createUsers(server, ['a7', 'b7', 'c7', 'd7']);
    const asked = { userID: 'a7', addWording: 'hello', addSource: 'x' };
    for (const they of ['b7', 'c7', 'd7'])
      expect(await addFriend(server, they, asked)).toMatchObject({ resultCode: 'PENDING' });
    for (const words of [
      { userID: 'b7', addWording: 'own' },
      { userID: 'c7', addSource: 'own' },
      { userID: 'd7' },
    ])
      expect(await addFriend(server, 'a7', words)).toMatchObject({ resultCode: 'OK' });
    const entries = (await loadList('a7')) as { userID: string }[];
    expect(entries.toSorted((one, other) => (one.userID < other.userID ? -1 : 1))).toMatchObject([
      { userID: 'b7', addWording: 'own', addSource: '' },
      { userID: 'c7', addWording: '', addSource: 'AddSource_Type_own' },
      { userID: 'd7', addWording: 'hello', addSource: 'AddSource_Type_x' },
    ]);
    for (const they of ['b7', 'c7', 'd7'])
      expect(await loadList(they)).toMatchObject([{ addWording: 'hello', addSource: 'AddSource_Type_x' }]);
  });

  it('puts the friend into a group that is there', async () => {
    await befriend(server, 'a6', 'c6');
    await createUsers(server, ['b6'], { allowType: 'ALLOW_ANY' });
    await server.call('a6', 'mutation { createFriendGroup(name: "g", userIDs: ["c6"]) { code } }');
    const a = await devices.open('a6');
    await addFriend(server, 'a6', { userID: 'b6', friendGroup: 'g' });
    expect(await a.takeAll()).toMatchObject([
      { type: 'FRIEND_LIST_ADDED' },
      { type: 'FRIENDS_ADDED_TO_GROUP', groupName: 'g', userIDs: ['b6'] },
    ]);
  });
});
