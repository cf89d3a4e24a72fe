import { Devices } from './support/devices';
import { act, befriend, createUsers, follow } from './support/people';
import { TestServer } from './support/server';
import { describeOnStores } from './support/stores';

describeOnStores('friend groups', (store) => {
  let server: TestServer;
  const devices = new Devices(() => server);
  beforeAll(async () => {
    server = await TestServer.start({ store });
  });
  afterEach(() => devices.stopAll());
  afterAll(() => server.stop());

  const loadGroups = async (userID: string, names?: string[]): Promise<unknown> => {
    const query = `query ($names: [String!]) { friendGroups(names: $names) { name friendCount friends { nodes { userID } } } }`;
    return (await server.call<{ friendGroups: unknown }>(userID, query, { names })).friendGroups;
  };

  it('are made with friends in them, and only the owner hears', async () => {
    await befriend(server, 'a1', 'b1');
    await follow(server, 'c1', 'a1');
    const [a, b] = [await devices.open('a1'), await devices.open('b1')];
    expect(
      await act(server, 'a1', 'createFriendGroup(name: "g", userIDs: ["b1", "c1", "nobody", "a b", "b1"])'),
    ).toEqual(['OK', 'NOT_FRIENDS', 'NOT_FRIENDS', 'INVALID_PARAMETERS', 'OK']);
    expect(await act(server, 'a1', 'createFriendGroup(name: "empty")')).toEqual([]);
    expect(await a.takeAll()).toMatchObject([
      { __typename: 'FriendGroupCreated', groupName: 'g', userIDs: ['b1'] },
      { __typename: 'FriendGroupCreated', groupName: 'empty', userIDs: [] },
    ]);
    expect(await b.takeAll()).toEqual([]);
    const full = { name: 'g', friendCount: 1, friends: { nodes: [{ userID: 'b1' }] } };
    expect(await loadGroups('a1')).toEqual([{ name: 'empty', friendCount: 0, friends: { nodes: [] } }, full]);
    expect(await loadGroups('a1', ['g', 'none', 'g'])).toEqual([full]);
    expect(await loadGroups('a1', [])).toEqual([]);
    expect(await loadGroups('b1')).toEqual([]);
  });

  it('have names of their own by their exact bytes', async () => {
    await befriend(server, 'a2', 'b2');
    await act(server, 'a2', 'createFriendGroup(name: "Team")');
    const a = await devices.open('a2');
    expect(await act(server, 'a2', 'createFriendGroup(name: "Team")')).toEqual(['GROUP_EXISTS']);
    expect(await act(server, 'a2', 'createFriendGroup(name: "Team", userIDs: ["b2"])')).toEqual([
      'GROUP_EXISTS',
    ]);
    expect(await act(server, 'a2', 'createFriendGroup(name: "")')).toEqual(['INVALID_PARAMETERS']);
    expect(await a.takeAll()).toEqual([]);
    for (const name of ['team', 'Team ', 'Te\u0301am', 'Téam']) {
      await server.call('a2', 'mutation ($name: String!) { createFriendGroup(name: $name) { code } }', {
        name,
      });
    }
    expect(await a.takeAll()).toHaveLength(4);
  });

  it('take and let go friends, who stay friends', async () => {
    await befriend(server, 'a3', 'b3');
    await follow(server, 'a3', 'c3');
    await createUsers(server, ['d3']);
    await act(server, 'a3', 'createFriendGroup(name: "g", userIDs: ["b3"])');
    await act(server, 'a3', 'createFriendGroup(name: "h", userIDs: ["b3"])');
    const a = await devices.open('a3');
    const ids = 'userIDs: ["d3", "c3", "b3", "c3"]';
    const codes = ['NOT_FRIENDS', 'OK', 'OK', 'OK'];
    expect(await act(server, 'a3', `addFriendsToFriendGroup(name: "g", ${ids})`)).toEqual(codes);
    expect(await act(server, 'a3', `addFriendsToFriendGroup(name: "g", ${ids})`)).toEqual(codes);
    expect(await a.takeAll()).toMatchObject([
      { __typename: 'FriendsAddedToGroup', groupName: 'g', userIDs: ['c3'] },
    ]);
    expect(await act(server, 'a3', `deleteFriendsFromFriendGroup(name: "g", ${ids})`)).toEqual(codes);
    expect(await act(server, 'a3', `deleteFriendsFromFriendGroup(name: "g", ${ids})`)).toEqual(codes);
    expect(await a.takeAll()).toMatchObject([
      { __typename: 'FriendsDeletedFromGroup', groupName: 'g', userIDs: ['c3', 'b3'] },
    ]);
    expect(await act(server, 'a3', 'addFriendsToFriendGroup(name: "x", userIDs: ["b3"])')).toEqual([
      'GROUP_NOT_FOUND',
    ]);
    expect(await act(server, 'a3', 'deleteFriendsFromFriendGroup(name: "x", userIDs: ["b3"])')).toEqual([
      'GROUP_NOT_FOUND',
    ]);
    expect(await server.call('a3', '{ friendList { nodes { userID friendGroups } } }')).toEqual({
      friendList: {
        nodes: expect.arrayContaining([
          { userID: 'b3', friendGroups: ['h'] },
          { userID: 'c3', friendGroups: [] },
        ]) as unknown,
      },
    });
    expect(await a.takeAll()).toEqual([]);
  });

  it('are renamed with their friends in them', async () => {
    await befriend(server, 'a4', 'b4');
    await act(server, 'a4', 'createFriendGroup(name: "old", userIDs: ["b4"])');
    await act(server, 'a4', 'createFriendGroup(name: "other")');
    const a = await devices.open('a4');
    const rename =
      'mutation ($o: String!, $n: String!) { renameFriendGroup(oldName: $o, newName: $n) { name friendCount } }';
    expect(await server.call('a4', rename, { o: 'old', n: 'new' })).toEqual({
      renameFriendGroup: { name: 'new', friendCount: 1 },
    });
    expect(await server.call('a4', rename, { o: 'new', n: 'new' })).toMatchObject({});
    expect(await a.takeAll()).toMatchObject([
      { __typename: 'FriendGroupRenamed', oldName: 'old', newName: 'new' },
    ]);
    for (const [o, n, resultCode] of [
      ['new', 'other', 'GROUP_EXISTS'],
      ['old', 'free', 'GROUP_NOT_FOUND'],
      ['new', '', 'INVALID_PARAMETERS'],
    ]) {
      const { data, errors } = await server.send('a4', rename, { o, n });
      expect(data ?? null).toBeNull();
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', resultCode });
    }
    expect(await a.takeAll()).toEqual([]);
  });

  it('deleted leave the friends, and only those that were there are told', async () => {
    await befriend(server, 'a5', 'b5');
    await act(server, 'a5', 'createFriendGroup(name: "g", userIDs: ["b5"])');
    await act(server, 'a5', 'createFriendGroup(name: "h", userIDs: ["b5"])');
    const a = await devices.open('a5');
    const remove = (): Promise<unknown> =>
      server.call('a5', 'mutation { deleteFriendGroups(names: ["h", "none", "g", "h", ""]) }');
    expect(await remove()).toEqual({ deleteFriendGroups: ['h', 'g'] });
    expect(await remove()).toEqual({ deleteFriendGroups: [] });
    expect(await a.takeAll()).toMatchObject([{ __typename: 'FriendGroupDeleted', groupNames: ['h', 'g'] }]);
    expect(await server.call('a5', '{ friendList(groupName: "g") { totalCount } }')).toEqual({
      friendList: { totalCount: 0 },
    });
    expect(await server.call('a5', '{ friendList { nodes { userID friendGroups } } }')).toEqual({
      friendList: { nodes: [{ userID: 'b5', friendGroups: [] }] },
    });
  });
});
