import { Devices } from './support/devices';
import { act, addFriend, befriend, createUsers, loadRelation } from './support/people';
import { TestServer } from './support/server';
import { describeOnStores } from './support/stores';

describeOnStores('the blocklist', (store) => {
  let server: TestServer;
  const devices = new Devices(() => server);
  beforeAll(async () => {
    server = await TestServer.start({ store });
  });
  afterEach(() => devices.stopAll());
  afterAll(() => server.stop());

  const loadBlocked = async (userID: string): Promise<unknown> =>
    await server.call(userID, '{ blockList { totalCount nodes { userID user { id } } } }');

  it('ends a friendship on both sides, and tells both of what they lost', async () => {
    await befriend(server, 'a1', 'b1');
    await createUsers(server, ['c1']);
    const [a, b, c] = [await devices.open('a1'), await devices.open('b1'), await devices.open('c1')];
    expect(await act(server, 'a1', 'addToBlockList(userIDs: ["b1", "c1"])')).toEqual(['OK', 'OK']);
    const events = await a.takeAll();
    expect(events).toMatchObject([
      {
        __typename: 'BlockListAdded',
        blockedUsers: [{ userID: 'b1' }, { userID: 'c1', user: { id: 'c1' } }],
      },
      { __typename: 'FriendListDeleted', userIDs: ['b1'] },
    ]);
    expect(await b.takeAll()).toMatchObject([{ type: 'FRIEND_LIST_DELETED', userIDs: ['a1'] }]);
    expect(await c.takeAll()).toEqual([]);
    expect(await loadRelation(server, 'a1', 'b1')).toBe('NONE');
    expect(await loadBlocked('a1')).toMatchObject({ blockList: { totalCount: 2 } });
    expect(await loadBlocked('b1')).toMatchObject({ blockList: { totalCount: 0 } });
  });

  it('ends requests in both directions', async () => {
    await createUsers(server, ['a2', 'b2', 'c2']);
    await addFriend(server, 'a2', { userID: 'b2' });
    await addFriend(server, 'c2', { userID: 'a2' });
    const [a, b, c] = [await devices.open('a2'), await devices.open('b2'), await devices.open('c2')];
    await act(server, 'a2', 'addToBlockList(userIDs: ["b2", "c2"])');
    expect(await a.takeAll()).toMatchObject([
      { type: 'BLOCK_LIST_ADDED' },
      { type: 'FRIEND_APPLICATION_LIST_DELETED', applicationType: 'SEND_OUT', userIDs: ['b2'] },
      { type: 'FRIEND_APPLICATION_LIST_DELETED', applicationType: 'COME_IN', userIDs: ['c2'] },
    ]);
    expect(await b.takeAll()).toMatchObject([
      { type: 'FRIEND_APPLICATION_LIST_DELETED', applicationType: 'COME_IN', userIDs: ['a2'] },
    ]);
    expect(await c.takeAll()).toMatchObject([
      { type: 'FRIEND_APPLICATION_LIST_DELETED', applicationType: 'SEND_OUT', userIDs: ['a2'] },
    ]);
    expect(await server.call('a2', '{ friendApplicationList { totalCount } }')).toEqual({
      friendApplicationList: { totalCount: 0 },
    });
  });

  it('is safe to write to again, and answers each id where it stands', async () => {
    await createUsers(server, ['a3', 'b3']);
    await act(server, 'a3', 'addToBlockList(userIDs: ["b3"])');
    const a = await devices.open('a3');
    expect(await act(server, 'a3', 'addToBlockList(userIDs: ["b3", "nobody", "a3", "a b", "b3"])')).toEqual([
      'OK',
      'USER_NOT_FOUND',
      'INVALID_PARAMETERS',
      'INVALID_PARAMETERS',
      'OK',
    ]);
    expect(await a.takeAll()).toEqual([]);
    expect(await loadBlocked('a3')).toEqual({
      blockList: { totalCount: 1, nodes: [{ userID: 'b3', user: { id: 'b3' } }] },
    });
  });

  it('lets go without restoring anything, and says nothing of who was not in it', async () => {
    await befriend(server, 'a4', 'b4');
    await act(server, 'a4', 'addToBlockList(userIDs: ["b4"])');
    const [a, b] = [await devices.open('a4'), await devices.open('b4')];
    expect(await act(server, 'a4', 'deleteFromBlockList(userIDs: ["b4", "nobody", "b4", ""])')).toEqual([
      'OK',
      'OK',
      'OK',
      'INVALID_PARAMETERS',
    ]);
    expect(await act(server, 'a4', 'deleteFromBlockList(userIDs: ["b4"])')).toEqual(['OK']);
    expect(await a.takeAll()).toMatchObject([{ __typename: 'BlockListDeleted', userIDs: ['b4'] }]);
    expect(await b.takeAll()).toEqual([]);
    expect(await loadRelation(server, 'a4', 'b4')).toBe('NONE');
    expect(await addFriend(server, 'a4', { userID: 'b4' })).toMatchObject({ resultCode: 'PENDING' });
  });
});
