import { TestListener, type ReceivedEvent } from './support/listener';
import { ADMIN, TestServer } from './support/server';
import { describeOnStores } from './support/stores';

const IMPORT_USERS = 'mutation ($users: [ImportUserInput!]!) { importUsers(users: $users) { code } }';
const IMPORT_STAR =
  'mutation ($id: ID!) { importFriends(userID: $id, friends: [{ userID: "star" }]) { resultCode } }';
const SET_NICK = 'mutation ($nick: String!) { setSelfInfo(input: { nickName: $nick }) { id } }';
/** More than one batch of the job, and not a whole number of them. */
const OWNERS = 1_100;

describeOnStores('a profile change reaches every owner', (store) => {
  let server: TestServer;
  const owners = Array.from({ length: OWNERS }, (_, index) => `owner${String(index)}`);
  /** Both ends of each batch's range and some between, as the job sorts them. */
  const sample = [...owners].sort().filter((_, index) => index % 100 === 0 || index === OWNERS - 1);

  beforeAll(async () => {
    server = await TestServer.start({ store });
    await server.call('star', '{ me { id } }');
    for (let start = 0; start < OWNERS; start += 100) {
      const users = owners.slice(start, start + 100);
      await server.call(ADMIN, IMPORT_USERS, { users: users.map((userID) => ({ userID })) });
      await Promise.all(users.map((id) => server.call(ADMIN, IMPORT_STAR, { id })));
    }
  });
  afterAll(() => server.stop());

  async function listenAll(): Promise<TestListener[]> {
    return Promise.all(sample.map(async (owner) => (await TestListener.open(server, owner)).listener));
  }

  it('exactly once, in every batch, and no stranger', async () => {
    const listeners = await listenAll();
    const { listener: stranger } = await TestListener.open(server, 'stranger');
    await server.call('star', SET_NICK, { nick: 'Nova' });
    const events = await Promise.all(listeners.map((listener) => listener.next()));
    for (const event of events) {
      expect(event).toMatchObject({
        type: 'FRIEND_INFO_CHANGED',
        friends: [{ userID: 'star', user: { nickName: 'Nova' } }],
      });
    }
    expect(await Promise.all(listeners.map((listener) => listener.drain()))).toEqual(sample.map(() => []));
    expect(await stranger.drain()).toEqual([]);
    await Promise.all([...listeners, stranger].map((listener) => listener.stop()));
  });

  it('also when the server stops between the change and the telling', async () => {
    const positions = await Promise.all(
      sample.map((owner) =>
        server.call<{ friendshipEventPosition: string }>(owner, '{ friendshipEventPosition }'),
      ),
    );
    await server.call('star', SET_NICK, { nick: 'Comet' });
    await server.restart();
    const listeners = await Promise.all(
      sample.map(async (owner, index) => {
        const after = positions[index]?.friendshipEventPosition ?? '';
        return (await TestListener.open(server, owner, { after })).listener;
      }),
    );
    const events = await Promise.all(listeners.map((listener) => listener.next()));
    expect(events.map(toNick)).toEqual(sample.map(() => 'Comet'));
    expect(await Promise.all(listeners.map((listener) => listener.drain()))).toEqual(sample.map(() => []));
    await Promise.all(listeners.map((listener) => listener.stop()));
  });

  it('at least once after the last of many quick changes, and not more often than it changed', async () => {
    const listeners = await listenAll();
    const changes = 20;
    await Promise.all(
      Array.from({ length: changes }, (_, index) =>
        server.call('star', SET_NICK, { nick: `quick ${String(index)}` }),
      ),
    );
    await server.call('star', SET_NICK, { nick: 'last' });
    for (const listener of listeners) {
      const seen: unknown[] = [];
      while (seen.at(-1) !== 'last') seen.push(toNick(await listener.next()));
      const rest = (await listener.drain()).map(toNick);
      expect(seen.length + rest.length).toBeLessThanOrEqual(changes + 1);
    }
    await Promise.all(listeners.map((listener) => listener.stop()));
  });
});

function toNick(event: ReceivedEvent): unknown {
  return (event['friends'] as { user: { nickName: string } }[])[0]?.user.nickName;
}
