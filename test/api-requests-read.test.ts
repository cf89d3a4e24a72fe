import { Devices } from './support/devices';
import { addFriend, createUsers } from './support/people';
import { TestServer } from './support/server';
import { describeOnStores } from './support/stores';

const READ = 'mutation ($ids: [ID!]) { setFriendApplicationRead(userIDs: $ids) }';

describeOnStores('requests marked as read', (store) => {
  let server: TestServer;
  const devices = new Devices(() => server);
  beforeAll(async () => {
    server = await TestServer.start({ store });
    await createUsers(server, ['me', 'a', 'b', 'c', 'd']);
    for (const userID of ['a', 'b', 'c']) await addFriend(server, userID, { userID: 'me' });
    await addFriend(server, 'me', { userID: 'd' });
  });
  afterEach(() => devices.stopAll());
  afterAll(() => server.stop());

  it('are told to the own devices once, with how many are left', async () => {
    const [first, second, asker] = [
      await devices.open('me'),
      await devices.open('me'),
      await devices.open('a'),
    ];
    const read = async (ids?: string[]): Promise<unknown> =>
      (await server.call<Record<string, unknown>>('me', READ, { ids }))['setFriendApplicationRead'];
    expect(await read(['a', 'a', 'nobody', 'a b', 'd'])).toBe(2);
    expect(await read(['a'])).toBe(2);
    expect(await read([])).toBe(2);
    expect(await read()).toBe(0);
    expect(await read()).toBe(0);
    const events = [
      { __typename: 'FriendApplicationListRead', unreadCount: 2 },
      { __typename: 'FriendApplicationListRead', unreadCount: 0 },
    ];
    expect(await first.takeAll()).toMatchObject(events);
    expect(await second.takeAll()).toMatchObject(events);
    expect(await asker.takeAll()).toEqual([]);
    const list = `{ friendApplicationList { totalCount unreadCount nodes { readAt } } }`;
    const { friendApplicationList } = await server.call<{
      friendApplicationList: { totalCount: number; unreadCount: number; nodes: { readAt: string | null }[] };
    }>('me', list);
    expect(friendApplicationList).toMatchObject({ totalCount: 4, unreadCount: 0 });
    expect(friendApplicationList.nodes.every(({ readAt }) => readAt !== null)).toBe(true);
  });
});
