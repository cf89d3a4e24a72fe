import { Devices } from './support/devices';
import { befriend, createUsers, follow } from './support/people';
import { TestServer } from './support/server';
import { describeOnStores } from './support/stores';

const SET = 'mutation ($input: SetSelfInfoInput!) { setSelfInfo(input: $input) { id } }';

describeOnStores('a change of a profile', (store) => {
  let server: TestServer;
  const devices = new Devices(() => server);
  beforeAll(async () => {
    server = await TestServer.start({ store });
  });
  afterEach(() => devices.stopAll());
  afterAll(() => server.stop());

  it('is told to the own devices and to every owner whose list has the user, and to nobody else', async () => {
    await befriend(server, 'star', 'mutual');
    await follow(server, 'fan', 'star');
    await follow(server, 'star', 'idol');
    const [star, second, mutual, fan, idol, stranger] = await Promise.all(
      ['star', 'star', 'mutual', 'fan', 'idol', 'stranger'].map((userID) => devices.open(userID)),
    );
    if (!star || !second || !mutual || !fan || !idol || !stranger) throw new Error('A device is missing.');
    await server.call('star', SET, { input: { nickName: 'Nova' } });
    const own = { __typename: 'SelfInfoUpdated', type: 'SELF_INFO_UPDATED', user: { nickName: 'Nova' } };
    expect(await star.next()).toMatchObject(own);
    expect(await second.next()).toMatchObject(own);
    for (const owner of [mutual, fan]) {
      expect(await owner.next()).toMatchObject({
        __typename: 'FriendInfoChanged',
        friends: [{ userID: 'star', user: { nickName: 'Nova' } }],
      });
    }
    // The owners were told in one transaction: whoever else was to hear has heard.
    for (const device of [star, second, mutual, fan, idol, stranger])
      expect(await device.takeAll()).toEqual([]);
  });

  it('that changes nothing is no event', async () => {
    await befriend(server, 'same', 'friend');
    const input = { nickName: 'S', customInfo: [{ key: 'a', value: '1' }] };
    const owner = await devices.open('friend');
    await server.call('same', SET, { input });
    expect(await owner.next()).toMatchObject({ type: 'FRIEND_INFO_CHANGED' });
    const device = await devices.open('same');
    await server.call('same', SET, { input });
    await server.call('same', SET, { input: { customInfo: [{ key: 'zz', value: '' }] } });
    await server.call('same', SET, { input: {} });
    expect(await device.takeAll()).toEqual([]);
    // A change that follows is the next thing that the owner hears of.
    await server.call('same', SET, { input: { level: 1 } });
    expect(await owner.next()).toMatchObject({ type: 'FRIEND_INFO_CHANGED' });
    expect(await owner.takeAll()).toEqual([]);
  });

  it('by importUsers is told alike, and one that creates the user is not', async () => {
    await befriend(server, 'import', 'watcher');
    const [user, watcher] = [await devices.open('import'), await devices.open('watcher')];
    await createUsers(server, ['import', 'brand-new'], { nickName: 'I' });
    expect(await user.takeAll()).toMatchObject([{ type: 'SELF_INFO_UPDATED', user: { nickName: 'I' } }]);
    expect(await watcher.next()).toMatchObject({ friends: [{ userID: 'import', user: { nickName: 'I' } }] });
    await createUsers(server, ['import'], { nickName: 'I' });
    expect(await user.takeAll()).toEqual([]);
    const created = await devices.open('brand-new');
    expect(created.opened.seq).toBe(0);
  });

  it('of a friend in two lists reaches each owner once', async () => {
    await follow(server, 'o1', 'both');
    await follow(server, 'o2', 'both');
    const [o1, o2] = [await devices.open('o1'), await devices.open('o2')];
    await server.call('both', SET, { input: { selfSignature: 'x' } });
    for (const owner of [o1, o2]) {
      expect(await owner.next()).toMatchObject({ friends: [{ userID: 'both' }] });
      expect(await owner.takeAll()).toEqual([]);
    }
  });
});
