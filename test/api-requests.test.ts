import { Devices, type Device } from './support/devices';
import { act, addFriend, createUsers, loadRelation } from './support/people';
import { TestServer } from './support/server';
import { describeOnStores } from './support/stores';

const LIST = `{ friendApplicationList { totalCount unreadCount
  nodes { userID type addSource addWording readAt user { id } } } }`;

describeOnStores('a friend request', (store) => {
  let server: TestServer;
  let count = 0;
  const devices = new Devices(() => server);
  beforeAll(async () => {
    server = await TestServer.start({ store });
  });
  afterEach(() => devices.stopAll());
  afterAll(() => server.stop());

  const loadList = async (userID: string): Promise<Record<string, unknown>> =>
    (await server.call<{ friendApplicationList: Record<string, unknown> }>(userID, LIST))
      .friendApplicationList;

  /** Two new users of whom the first has asked the second, and their devices. */
  async function ask(
    words: Record<string, unknown> = {},
  ): Promise<{ a: Device; b: Device; A: string; B: string }> {
    count += 1;
    const [A, B] = [`a${count}`, `b${count}`];
    await createUsers(server, [A, B]);
    expect(await addFriend(server, A, { userID: B, ...words })).toMatchObject({ resultCode: 'PENDING' });
    return { a: await devices.open(A), b: await devices.open(B), A, B };
  }

  const lost = (applicationType: string, userID: string): object => ({
    __typename: 'FriendApplicationListDeleted',
    applicationType,
    userIDs: [userID],
  });

  it('stands in both lists, each from its own side', async () => {
    const { A, B } = await ask({ addWording: 'hi', addSource: 'web', friendRemark: 'r' });
    const words = { addSource: 'AddSource_Type_web', addWording: 'hi' };
    const readAt = expect.any(String) as string;
    expect(await loadList(A)).toEqual({
      totalCount: 1,
      unreadCount: 0,
      nodes: [{ userID: B, type: 'SEND_OUT', ...words, readAt, user: { id: B } }],
    });
    expect(await loadList(B)).toEqual({
      totalCount: 1,
      unreadCount: 1,
      nodes: [{ userID: A, type: 'COME_IN', ...words, readAt: null, user: { id: A } }],
    });
    expect(await loadRelation(server, A, B)).toBe('NONE');
  });

  it('made again is refreshed, not doubled, and unread again', async () => {
    const { a, b, A, B } = await ask({ addWording: 'one', addSource: 'x' });
    await server.call(B, 'mutation { setFriendApplicationRead }');
    await b.takeAll();
    const again = { userID: B, addWording: 'two', friendRemark: 'new', friendGroup: 'g' };
    expect(await addFriend(server, A, again)).toMatchObject({ resultCode: 'PENDING' });
    const facts = { addWording: 'two', addSource: '' };
    expect(await a.takeAll()).toMatchObject([
      { type: 'FRIEND_APPLICATION_LIST_ADDED', applications: [{ userID: B, type: 'SEND_OUT', ...facts }] },
    ]);
    expect(await b.takeAll()).toMatchObject([
      { applications: [{ userID: A, type: 'COME_IN', readAt: null, ...facts }] },
    ]);
    expect(await loadList(B)).toMatchObject({ totalCount: 1, unreadCount: 1, nodes: [facts] });
    await act(server, B, `acceptFriendApplication(input: { userID: "${A}" })`);
    const friends = '{ friendList { nodes { friendRemark friendGroups addWording } } }';
    expect(await server.call(A, friends)).toEqual({
      friendList: { nodes: [{ friendRemark: 'new', friendGroups: ['g'], addWording: 'two' }] },
    });
  });

  it('accepted by AGREE puts B into the list of A only', async () => {
    const { a, b, A, B } = await ask({ friendRemark: 'Bee' });
    expect(
      await act(server, B, `acceptFriendApplication(input: { userID: "${A}", acceptType: AGREE })`),
    ).toBe('OK');
    expect(await a.takeAll()).toMatchObject([
      lost('SEND_OUT', B),
      { __typename: 'FriendListAdded', friends: [{ userID: B, friendRemark: 'Bee' }] },
    ]);
    expect(await b.takeAll()).toMatchObject([lost('COME_IN', A)]);
    expect(await loadRelation(server, A, B)).toBe('IN_MY_FRIEND_LIST');
    expect(await loadList(B)).toMatchObject({ totalCount: 0, unreadCount: 0 });
  });

  it('accepted makes two-way friends, also where it asked for SINGLE', async () => {
    const { a, b, A, B } = await ask({ addType: 'SINGLE' });
    const input = `{ userID: "${A}", friendRemark: "Al" }`;
    expect(await act(server, B, `acceptFriendApplication(input: ${input})`)).toBe('OK');
    expect(await a.takeAll()).toMatchObject([lost('SEND_OUT', B), { friends: [{ userID: B }] }]);
    expect(await b.takeAll()).toMatchObject([
      lost('COME_IN', A),
      { __typename: 'FriendListAdded', friends: [{ userID: A, friendRemark: 'Al' }] },
    ]);
    expect(await loadRelation(server, B, A)).toBe('BOTH_WAY');
  });

  it('refused is gone on both sides', async () => {
    const { a, b, A, B } = await ask();
    expect(await act(server, B, `refuseFriendApplication(userID: "${A}")`)).toBe('OK');
    expect(await a.takeAll()).toMatchObject([lost('SEND_OUT', B)]);
    expect(await b.takeAll()).toMatchObject([lost('COME_IN', A)]);
    expect([await loadList(A), await loadList(B)]).toMatchObject([{ totalCount: 0 }, { totalCount: 0 }]);
    expect(await loadRelation(server, A, B)).toBe('NONE');
  });

  it('withdrawn is gone on both sides', async () => {
    const { a, b, A, B } = await ask();
    expect(await act(server, A, `deleteFriendApplication(userID: "${B}", type: SEND_OUT)`)).toBe('OK');
    expect(await a.takeAll()).toMatchObject([lost('SEND_OUT', B)]);
    expect(await b.takeAll()).toMatchObject([lost('COME_IN', A)]);
    expect(await act(server, B, `acceptFriendApplication(input: { userID: "${A}" })`)).toBe(
      'NO_SUCH_APPLICATION',
    );
  });

  it('that B deletes stays with A and can no longer be answered, until A asks again', async () => {
    const { a, b, A, B } = await ask();
    expect(await act(server, B, `deleteFriendApplication(userID: "${A}", type: COME_IN)`)).toBe('OK');
    expect(await a.takeAll()).toEqual([]);
    expect(await b.takeAll()).toMatchObject([lost('COME_IN', A)]);
    expect([await loadList(A), await loadList(B)]).toMatchObject([{ totalCount: 1 }, { totalCount: 0 }]);
    for (const answer of [
      `acceptFriendApplication(input: { userID: "${A}" })`,
      `refuseFriendApplication(userID: "${A}")`,
      `deleteFriendApplication(userID: "${A}", type: COME_IN)`,
    ])
      expect(await act(server, B, answer)).toBe('NO_SUCH_APPLICATION');
    expect(await b.takeAll()).toEqual([]);
    await addFriend(server, A, { userID: B });
    expect(await b.takeAll()).toMatchObject([{ type: 'FRIEND_APPLICATION_LIST_ADDED' }]);
  });

  it('that is not there is NO_SUCH_APPLICATION and nobody hears of it', async () => {
    const { a, b, A, B } = await ask();
    for (const answer of [
      `acceptFriendApplication(input: { userID: "${B}" })`,
      `refuseFriendApplication(userID: "${B}")`,
      `deleteFriendApplication(userID: "${B}", type: COME_IN)`,
      'refuseFriendApplication(userID: "nobody")',
      `refuseFriendApplication(userID: "${A}")`,
    ])
      expect(await act(server, A, answer)).toBe('NO_SUCH_APPLICATION');
    expect(await act(server, A, 'refuseFriendApplication(userID: "a b")')).toBe('INVALID_PARAMETERS');
    expect([await a.takeAll(), await b.takeAll()]).toEqual([[], []]);
  });

  it('stays when B comes to deny all, and can be answered', async () => {
    const { A, B } = await ask();
    await createUsers(server, [B], { allowType: 'DENY_ANY' });
    expect(await act(server, B, `acceptFriendApplication(input: { userID: "${A}" })`)).toBe('OK');
  });
});
