import { TestListener } from './support/listener';
import { describeWithOwnRedis, Nodes, probe, waitUntilReady } from './support/nodes';
import { act } from './support/people';
import { RedisServer } from './support/redis-server';
import type { TestServer } from './support/server';

const USERS_INFO = 'query ($id: ID!) { usersInfo(userIDs: [$id]) { fetchedAt user { nickName } } }';
const DEGRADED = { status: 200, text: 'degraded: the bus is down' };

describeWithOwnRedis('two servers whose Redis fails', () => {
  let redis: RedisServer;
  let nodes: Nodes;
  let one: TestServer;
  let other: TestServer;
  beforeAll(async () => {
    redis = await RedisServer.start();
    nodes = await Nodes.start({ config: { redisUrls: [redis.url] }, rereads: true });
    ({ one, other } = nodes);
  });
  afterAll(async () => {
    await nodes.stop();
    await redis.remove();
  });

  const rename = (userID: string, nick: string): Promise<unknown> =>
    one.call(userID, 'mutation ($nick: String!) { setSelfInfo(input: { nickName: $nick }) { id } }', {
      nick,
    });
  async function look(viewer: string, userID: string): Promise<{ fetchedAt: string; nick: string }> {
    const { usersInfo } = await other.call<{
      usersInfo: [{ fetchedAt: string; user: { nickName: string } }];
    }>(viewer, USERS_INFO, { id: userID });
    return { fetchedAt: usersInfo[0].fetchedAt, nick: usersInfo[0].user.nickName };
  }
  async function lose(): Promise<void> {
    await redis.kill();
    await Promise.all([one, other].map((server) => waitUntilReady(server, DEGRADED.text)));
  }
  async function bringBack(): Promise<void> {
    await redis.run();
    await Promise.all([one, other].map((server) => waitUntilReady(server, 'ready')));
  }

  it('stay in service and say that they are degraded; changes go on, and events come from the log', async () => {
    const { listener } = await TestListener.open(other, 'eve');
    expect(await probe(other)).toEqual({ status: 200, text: 'ready' });
    await lose();
    expect([await probe(one), await probe(other)]).toEqual([DEGRADED, DEGRADED]);
    await rename('eve', 'while it is down');
    expect(await listener.next()).toMatchObject({ seq: 1, user: { nickName: 'while it is down' } });
    await bringBack();
    await rename('eve', 'afterwards');
    expect(await listener.next()).toMatchObject({ seq: 2, user: { nickName: 'afterwards' } });
    await listener.stop();
  });

  it('meanwhile show no copy that may be void: who becomes a friend unheard is current', async () => {
    await one.call(
      'they',
      'mutation { setSelfInfo(input: { nickName: "old", allowType: ALLOW_ANY }) { id } }',
    );
    expect(await look('me', 'they')).toMatchObject({ nick: 'old' });
    await rename('they', 'new');
    expect(await look('me', 'they')).toMatchObject({ nick: 'old' });
    await lose();
    expect(await act(one, 'me', 'addFriend(input: { userID: "they" })')).toBe('OK');
    expect(await look('me', 'they')).toMatchObject({ nick: 'new' });
    await bringBack();
    await rename('they', 'newer');
    expect(await look('me', 'they')).toMatchObject({ nick: 'newer' });
  });

  it('keep copies of strangers again when it is back', async () => {
    await lose();
    await look('stranger', 'they');
    await bringBack();
    // The other server may tell of its own gap a moment later, which drops the copies once more.
    const isKept = async (turn: number): Promise<boolean> => {
      const copy = await look('stranger', 'they');
      await rename('they', `renamed ${String(turn)}`);
      return JSON.stringify(await look('stranger', 'they')) === JSON.stringify(copy);
    };
    let turns = 0;
    while (!(await isKept(turns))) expect(++turns).toBeLessThan(10);
  });

  it('forget who was registered: who was deleted unheard is created anew', async () => {
    await other.call('leaving', '{ me { id } }');
    await lose();
    await one.call(
      { userID: 'admin', isAdmin: true },
      'mutation { deleteUsers(userIDs: ["leaving"]) { resultCode } }',
    );
    await bringBack();
    expect(await other.call('leaving', '{ me { id } }')).toEqual({ me: { id: 'leaving' } });
  });

  it('start without it, degraded, and are ready when it is there', async () => {
    await lose();
    await other.restart();
    expect(await probe(other)).toEqual(DEGRADED);
    await rename('eve', 'before');
    await bringBack();
    expect(await other.call('eve', '{ me { nickName } }')).toEqual({ me: { nickName: 'before' } });
  });
});
