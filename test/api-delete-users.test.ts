import { Devices } from './support/devices';
import { act, addFriend, befriend, createUsers, loadRelation, RESULT } from './support/people';
import { ADMIN, TestServer } from './support/server';
import { describeOnStores } from './support/stores';

describeOnStores('deleteUsers', (store) => {
  let server: TestServer;
  const devices = new Devices(() => server);
  beforeAll(async () => {
    server = await TestServer.start({ store });
  });
  afterEach(() => devices.stopAll());
  afterAll(() => server.stop());

  const remove = async (...ids: string[]): Promise<unknown> => {
    const query = `mutation ($ids: [ID!]!) { deleteUsers(userIDs: $ids) ${RESULT} }`;
    const { deleteUsers } = await server.call<{ deleteUsers: { userID: string; resultCode: string }[] }>(
      ADMIN,
      query,
      {
        ids,
      },
    );
    return deleteUsers.map(({ userID, resultCode }) => [userID, resultCode]);
  };

  it('erases the user on both sides, and tells each who lost something', async () => {
    await befriend(server, 'gone', 'friend', 'gone2');
    await createUsers(server, ['asked', 'asker', 'blocker', 'stranger']);
    await act(server, 'friend', 'createFriendGroup(name: "g", userIDs: ["gone"])');
    await act(server, 'gone', 'createFriendGroup(name: "mine", userIDs: ["friend"])');
    await addFriend(server, 'gone', { userID: 'asked' });
    await addFriend(server, 'asker', { userID: 'gone' });
    await act(server, 'blocker', 'addToBlockList(userIDs: ["gone"])');
    await act(server, 'gone', 'addToBlockList(userIDs: ["stranger"])');
    const names = ['friend', 'asked', 'asker', 'blocker', 'stranger'];
    const heard = await Promise.all(names.map((name) => devices.open(name)));
    expect(await remove('gone', 'nobody', 'gone2', 'a b', 'gone')).toEqual([
      ['gone', 'OK'],
      ['nobody', 'USER_NOT_FOUND'],
      ['gone2', 'OK'],
      ['a b', 'INVALID_PARAMETERS'],
      ['gone', 'OK'],
    ]);
    const [friend, asked, asker, blocker, stranger] = await Promise.all(
      heard.map((device) => device.takeAll()),
    );
    expect(friend).toMatchObject([{ type: 'FRIEND_LIST_DELETED' }]);
    expect((friend?.[0]?.['userIDs'] as string[]).sort()).toEqual(['gone', 'gone2']);
    const requestsLost = { type: 'FRIEND_APPLICATION_LIST_DELETED', userIDs: ['gone'] };
    expect(asked).toMatchObject([{ ...requestsLost, applicationType: 'COME_IN' }]);
    expect(asker).toMatchObject([{ ...requestsLost, applicationType: 'SEND_OUT' }]);
    expect(blocker).toMatchObject([{ type: 'BLOCK_LIST_DELETED', userIDs: ['gone'] }]);
    expect(stranger).toEqual([]);
    const lists =
      '{ friendList { totalCount } friendGroups { friendCount } usersInfo(userIDs: ["gone"]) { resultCode } }';
    expect(await server.call('friend', lists)).toEqual({
      friendList: { totalCount: 0 },
      friendGroups: [{ friendCount: 0 }],
      usersInfo: [{ resultCode: 'USER_NOT_FOUND' }],
    });
  });

  it('leaves nothing to a user who comes back under the same id', async () => {
    await befriend(server, 'back', 'old');
    await act(server, 'back', 'createFriendGroup(name: "g", userIDs: ["old"])');
    await server.call('back', 'mutation { setSelfInfo(input: { nickName: "B" }) { id } }');
    const { friendshipEventPosition } = await server.call<Record<string, string>>(
      'back',
      '{ friendshipEventPosition }',
    );
    await remove('back');
    expect(
      await server.call('back', '{ me { nickName } friendList { totalCount } friendGroups { name } }'),
    ).toEqual({
      me: { nickName: '' },
      friendList: { totalCount: 0 },
      friendGroups: [],
    });
    expect(await loadRelation(server, 'old', 'back')).toBe('NONE');
    // The stream began anew: a cursor of the old one is from another epoch.
    const device = await devices.open('back', { after: friendshipEventPosition ?? '' });
    expect(device.opened).toMatchObject({ seq: 0, recovered: false });
  });

  it('takes the words of the user, and of nobody else, out of what others were told', async () => {
    await createUsers(server, ['writer', 'star', 'fan']);
    await addFriend(server, 'writer', { userID: 'star', addWording: 'of writer' });
    await addFriend(server, 'fan', { userID: 'star', addWording: 'of fan' });
    await addFriend(server, 'fan', { userID: 'writer', addWording: 'to writer' });
    await remove('writer');
    const loadWordings = async (userID: string): Promise<string[]> => {
      const { exportUser } = await server.call<{
        exportUser: { events: { payload: { applications?: { addWording: string }[] } }[] };
      }>(ADMIN, 'query ($userID: ID!) { exportUser(userID: $userID) }', { userID });
      return exportUser.events
        .flatMap(({ payload }) => payload.applications ?? [])
        .map(({ addWording }) => addWording);
    };
    expect(await loadWordings('star')).toEqual(['', 'of fan']);
    expect(await loadWordings('fan')).toEqual(['of fan', 'to writer']);
  });

  it('ends the live streams of the user', async () => {
    await createUsers(server, ['live']);
    const device = await devices.open('live');
    await remove('live');
    await expect(device.next()).rejects.toThrow('The subscription ended.');
  });
});
