import { Devices } from './support/devices';
import { addFriend, createUsers, loadRelation } from './support/people';
import { ADMIN, TestServer } from './support/server';
import { describeOnStores } from './support/stores';

describeOnStores('an administrator who acts for a user', (store) => {
  let server: TestServer;
  const devices = new Devices(() => server);
  beforeAll(async () => {
    server = await TestServer.start({ store });
    await createUsers(server, ['ann', 'bob']);
  });
  afterEach(() => devices.stopAll());
  afterAll(() => server.stop());

  it('does what the user could, and the same events follow', async () => {
    await addFriend(server, 'ann', { userID: 'bob' });
    const [ann, bob] = [await devices.open('ann'), await devices.open('bob')];
    const asBob = { ...ADMIN, actAs: 'bob' };
    const accept = 'mutation { acceptFriendApplication(input: { userID: "ann" }) { resultCode } }';
    expect(await server.call(asBob, accept)).toMatchObject({ acceptFriendApplication: { resultCode: 'OK' } });
    expect(await ann.takeAll()).toMatchObject([
      { type: 'FRIEND_APPLICATION_LIST_DELETED' },
      { type: 'FRIEND_LIST_ADDED' },
    ]);
    expect(await bob.takeAll()).toMatchObject([
      { type: 'FRIEND_APPLICATION_LIST_DELETED' },
      { type: 'FRIEND_LIST_ADDED' },
    ]);
    expect(await loadRelation(server, 'bob', 'ann')).toBe('BOTH_WAY');
    expect(await server.call(asBob, '{ me { id } }')).toEqual({ me: { id: 'bob' } });
    expect(await server.call(ADMIN, '{ me { id } friendList { totalCount } }')).toEqual({
      me: { id: 'admin' },
      friendList: { totalCount: 0 },
    });
  });

  it('listens to the events of the user', async () => {
    const device = await devices.open({ ...ADMIN, actAs: 'bob' });
    await server.call('bob', 'mutation { setSelfInfo(input: { nickName: "Bob" }) { id } }');
    expect(await device.next()).toMatchObject({
      type: 'SELF_INFO_UPDATED',
      user: { id: 'bob', nickName: 'Bob' },
    });
  });

  it('keeps the right to import', async () => {
    const query = 'mutation { importUsers(users: [{ userID: "cat" }]) { resultCode } }';
    expect(await server.call({ ...ADMIN, actAs: 'bob' }, query)).toMatchObject({
      importUsers: [{ resultCode: 'OK' }],
    });
  });

  it('needs the role, and an id of a user', async () => {
    const mallory = { userID: 'mallory', actAs: 'bob' };
    const write = 'mutation { setSelfInfo(input: { nickName: "owned" }) { id } }';
    expect(await server.send(mallory, write)).toMatchObject({
      errors: [{ extensions: { code: 'FORBIDDEN' } }],
    });
    await expect(devices.open(mallory)).rejects.toThrow();
    for (const actAs of ['a b', 'x'.repeat(33)]) {
      expect(await server.send({ ...ADMIN, actAs }, write)).toMatchObject({
        errors: [{ extensions: { code: 'FORBIDDEN' } }],
      });
    }
    expect(await server.call('bob', '{ me { nickName } }')).not.toMatchObject({ me: { nickName: 'owned' } });
  });

  it('cannot act for nobody, whom no call creates but importUsers', async () => {
    const asTypo = { ...ADMIN, actAs: 'typo' };
    for (const query of [
      '{ me { id } }',
      '{ friendList { totalCount } }',
      'mutation { setSelfInfo(input: { level: 1 }) { id } }',
      'mutation { addFriend(input: { userID: "ann" }) { resultCode } }',
    ]) {
      const { data, errors } = await server.send(asTypo, query);
      expect(data ?? null).toBeNull();
      expect(errors).toMatchObject([
        { message: 'The user "typo" is not registered here.', extensions: { code: 'FORBIDDEN' } },
      ]);
    }
    await expect(devices.open(asTypo)).rejects.toThrow();
    const find = '{ usersInfo(userIDs: ["typo"]) { resultCode } }';
    expect(await server.call(ADMIN, find)).toEqual({ usersInfo: [{ resultCode: 'USER_NOT_FOUND' }] });
    await createUsers(server, ['typo']);
    expect(await server.call(asTypo, '{ me { id } }')).toEqual({ me: { id: 'typo' } });
  });
});

describeOnStores('the first call of an unknown user', (store) => {
  const start = (autoRegister: boolean): Promise<TestServer> =>
    TestServer.start({ store, config: { autoRegister } });

  it('creates the user', async () => {
    const server = await start(true);
    try {
      const query = '{ usersInfo(userIDs: ["late", "me"]) { resultCode } }';
      expect(await server.call('me', query)).toEqual({
        usersInfo: [{ resultCode: 'USER_NOT_FOUND' }, { resultCode: 'OK' }],
      });
      await server.call('late', '{ me { id } }');
      expect(await server.call('me', query)).toEqual({
        usersInfo: [{ resultCode: 'OK' }, { resultCode: 'OK' }],
      });
    } finally {
      await server.stop();
    }
  });

  it('is FORBIDDEN where that is switched off', async () => {
    const server = await start(false);
    try {
      expect(await server.send('me', '{ me { id } }')).toMatchObject({
        errors: [{ extensions: { code: 'FORBIDDEN' } }],
      });
      expect(await server.send({ ...ADMIN, actAs: 'me' }, '{ me { id } }')).toMatchObject({
        errors: [{ extensions: { code: 'FORBIDDEN' } }],
      });
    } finally {
      await server.stop();
    }
  });
});
