import { TestListener } from './support/listener';
import { TestServer } from './support/server';
import { describeOnStores } from './support/stores';

const ADD =
  'mutation ($input: AddFriendInput!) { addFriend(input: $input) { userID resultCode code resultInfo } }';

describeOnStores('two users become friends and see it live', (store) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ store });
  });
  afterAll(() => server.stop());

  it('asks, accepts, and tells both sides in order', async () => {
    await server.call('bob', '{ me { id } }');
    const { listener: alice, opened } = await TestListener.open(server, 'alice');
    const { listener: bob } = await TestListener.open(server, 'bob');
    expect(opened).toMatchObject({ __typename: 'StreamOpened', seq: 0, recovered: true });

    const asked = await server.call('alice', ADD, {
      input: {
        userID: 'bob',
        friendRemark: 'Bobby',
        friendGroup: 'work',
        addWording: 'hi',
        addSource: 'web',
      },
    });
    expect(asked['addFriend']).toEqual({
      userID: 'bob',
      resultCode: 'PENDING',
      code: 30539,
      resultInfo: expect.any(String) as string,
    });
    expect(await alice.next()).toMatchObject({
      __typename: 'FriendApplicationListAdded',
      seq: 1,
      applications: [{ userID: 'bob', type: 'SEND_OUT', addSource: 'AddSource_Type_web', addWording: 'hi' }],
    });
    expect(await bob.next()).toMatchObject({ seq: 1, applications: [{ userID: 'alice', type: 'COME_IN' }] });

    const accepted = await server.call(
      'bob',
      'mutation { acceptFriendApplication(input: { userID: "alice", friendRemark: "Al" }) { resultCode code } }',
    );
    expect(accepted['acceptFriendApplication']).toEqual({ resultCode: 'OK', code: 0 });
    expect(await alice.take(3)).toMatchObject([
      { __typename: 'FriendApplicationListDeleted', seq: 2, applicationType: 'SEND_OUT', userIDs: ['bob'] },
      {
        __typename: 'FriendListAdded',
        seq: 3,
        friends: [{ userID: 'bob', friendRemark: 'Bobby', friendGroups: ['work'] }],
      },
      { __typename: 'FriendGroupCreated', seq: 4, groupName: 'work', userIDs: ['bob'] },
    ]);
    expect(await bob.take(2)).toMatchObject([
      { __typename: 'FriendApplicationListDeleted', seq: 2, applicationType: 'COME_IN', userIDs: ['alice'] },
      { __typename: 'FriendListAdded', seq: 3, friends: [{ userID: 'alice', friendRemark: 'Al' }] },
    ]);

    await server.call('bob', 'mutation { setSelfInfo(input: { nickName: "Robert" }) { nickName } }');
    expect(await alice.next()).toMatchObject({
      __typename: 'FriendInfoChanged',
      seq: 5,
      friends: [{ userID: 'bob', friendRemark: 'Bobby', user: { nickName: 'Robert' } }],
    });
    await Promise.all([alice.stop(), bob.stop()]);
  });
});
