import { TestListener, type ReceivedEvent } from './support/listener';
import { toIDs } from './support/people';
import { SeededStore } from './support/seeded-store';
import { TestServer } from './support/server';
import { describeOnStores } from './support/stores';

const SET_NICK = 'mutation ($nick: String!) { setSelfInfo(input: { nickName: $nick }) { id } }';
/** More than one batch of the job, and not a whole number of them. */
const OWNERS = 3_100;

describeOnStores('a profile change reaches every owner', (store) => {
  let server: TestServer;
  const owners = toIDs(OWNERS, 'owner');
  /** The first and the last in the order of the job, and some between. */
  const sample = owners.filter((_, index) => index % 250 === 0 || index === OWNERS - 1);

  beforeAll(async () => {
    const seeded = new SeededStore(
      store,
      owners.map((owner) => [owner, 'star']),
    );
    server = await TestServer.start({ store: seeded });
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
