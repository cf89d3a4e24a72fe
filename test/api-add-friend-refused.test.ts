import { Devices } from './support/devices';
import { act, addFriend, befriend, createUsers, follow, loadRelation } from './support/people';
import { TestServer } from './support/server';
import { describeOnStores } from './support/stores';

describeOnStores('addFriend is refused', (store) => {
  let server: TestServer;
  const devices = new Devices(() => server);
  beforeAll(async () => {
    server = await TestServer.start({ store });
  });
  afterEach(() => devices.stopAll());
  afterAll(() => server.stop());

  /** Adds, and proves that nothing was changed and nobody heard of it. */
  async function expectRefused(
    me: string,
    input: { userID: string } & Record<string, unknown>,
    resultCode: string,
    code: number,
  ): Promise<void> {
    const before = await loadRelation(server, me, input.userID);
    const [a, b] = [await devices.open(me), await devices.open(input.userID === me ? 'admin' : input.userID)];
    const result = await addFriend(server, me, input);
    expect(result).toMatchObject({ userID: input.userID, resultCode, code });
    expect(result.resultInfo).not.toBe('');
    expect(await a.takeAll()).toEqual([]);
    expect(await b.takeAll()).toEqual([]);
    expect(await loadRelation(server, me, input.userID)).toBe(before);
  }

  it('to oneself', async () => {
    await expectRefused('self', { userID: 'self' }, 'INVALID_PARAMETERS', 30001);
  });

  it('to nobody, and to what cannot be an id', async () => {
    await createUsers(server, ['lonely']);
    expect(await addFriend(server, 'lonely', { userID: 'nobody' })).toMatchObject({
      resultCode: 'USER_NOT_FOUND',
      code: 30003,
    });
    for (const userID of ['', 'a b', 'é', 'x'.repeat(33)])
      expect(await addFriend(server, 'lonely', { userID })).toMatchObject({
        userID,
        resultCode: 'INVALID_PARAMETERS',
      });
  });

  it('to whom an administrator forbids requests, even where B would take anybody', async () => {
    await createUsers(server, ['b1'], { allowType: 'ALLOW_ANY' });
    await createUsers(server, ['a1'], { adminForbidType: 'SEND_OUT' });
    await expectRefused('a1', { userID: 'b1' }, 'REQUESTS_FORBIDDEN', 30009);
    await createUsers(server, ['a1'], { adminForbidType: 'NONE' });
    expect(await addFriend(server, 'a1', { userID: 'b1' })).toMatchObject({ resultCode: 'OK' });
  });

  it('where A blocks B, and where B blocks A', async () => {
    await createUsers(server, ['a2', 'b2'], { allowType: 'ALLOW_ANY' });
    await act(server, 'a2', 'addToBlockList(userIDs: ["b2"])');
    await expectRefused('b2', { userID: 'a2' }, 'BLOCKED_BY_PEER', 30525);
    await expectRefused('a2', { userID: 'b2' }, 'BLOCKED_BY_ME', 30515);
    await act(server, 'b2', 'addToBlockList(userIDs: ["a2"])');
    await expectRefused('a2', { userID: 'b2' }, 'BLOCKED_BY_ME', 30515);
  });

  it('among friends: SINGLE when B is in the list, BOTH when each has the other', async () => {
    await befriend(server, 'a3', 'b3');
    await expectRefused('a3', { userID: 'b3' }, 'ALREADY_FRIENDS', 30015);
    await follow(server, 'a3', 'c3');
    await expectRefused('a3', { userID: 'c3', addType: 'SINGLE' }, 'ALREADY_FRIENDS', 30015);
    expect(await addFriend(server, 'a3', { userID: 'c3' })).toMatchObject({ resultCode: 'PENDING' });
  });

  it('by DENY_ANY', async () => {
    await createUsers(server, ['a4', 'b4'], { allowType: 'DENY_ANY' });
    await expectRefused('a4', { userID: 'b4' }, 'PEER_DENIES_ALL', 30516);
    await expectRefused('a4', { userID: 'b4', addType: 'SINGLE' }, 'PEER_DENIES_ALL', 30516);
  });

  it('with a group name that cannot be', async () => {
    await createUsers(server, ['b5'], { allowType: 'ALLOW_ANY' });
    await expectRefused('a5', { userID: 'b5', friendGroup: 'é'.repeat(16) }, 'INVALID_PARAMETERS', 30001);
  });
});
