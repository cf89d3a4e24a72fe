import { describeWithOwnRedis, Nodes } from './support/nodes';
import { RedisCluster } from './support/redis-cluster';
import { RawSocket } from './support/raw-socket';
import { connectRedis, RedisServer } from './support/redis-server';
import { TestServer } from './support/server';

const SET_LEVEL = 'mutation { setSelfInfo(input: { level: 1 }) { level } }';
const LIMITS = {
  rateWindowSeconds: 3_600,
  rateMutations: 4,
  rateFailures: 2,
  rateConnects: 3,
  trustedProxies: 1,
};

interface Answer {
  status: number;
  /** Points left, as the answer tells. */
  left: number;
}

async function change(server: TestServer, userID: string): Promise<Answer> {
  const response = await fetch(server.url, {
    method: 'POST',
    headers: { ...(await server.headers(userID)), 'content-type': 'application/json' },
    body: JSON.stringify({ query: SET_LEVEL }),
  });
  await response.body?.cancel();
  const [, left] = /r=(\d+)/.exec(response.headers.get('ratelimit') ?? '') ?? [];
  return { status: response.status, left: Number(left) };
}

/** How often each of the servers was asked to, in turns, until one refused. */
async function spend(servers: readonly TestServer[], userID: string): Promise<number> {
  for (let count = 0; ; count++) {
    const server = servers[count % servers.length];
    if (server === undefined || (await change(server, userID)).status === 429) return count;
  }
}

/** Until the servers count together. Takes users of its own. */
async function untilShared([one, other]: readonly [TestServer, TestServer], prefix: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const userID = `${prefix}${attempt}`;
    await change(one, userID);
    if ((await change(other, userID)).left === 2) return;
  }
}

describeWithOwnRedis('limits over two servers with one Redis', () => {
  let redis: RedisServer;
  let nodes: Nodes;
  let both: readonly [TestServer, TestServer];
  beforeAll(async () => {
    redis = await RedisServer.start();
    nodes = await Nodes.start({ config: { ...LIMITS, redisUrls: [redis.url] } });
    both = [nodes.one, nodes.other];
  });
  afterAll(async () => {
    await nodes.stop();
    await redis.remove();
  });

  async function countScripts(): Promise<number> {
    const client = await connectRedis(redis.url);
    const info = await client.info('commandstats');
    client.destroy();
    return Number(/cmdstat_eval:calls=(\d+)/.exec(info)?.[1] ?? 0);
  }

  it('hold over both together, and each user costs one round trip a request, none when refused again', async () => {
    await change(nodes.one, 'warm');
    const before = await countScripts();
    expect(await spend(both, 'ann')).toBe(4);
    // Four that were allowed, and the one by which the server that did not know of the fourth heard of it.
    for (let time = 0; time < 3; time++) {
      for (const server of both) expect((await change(server, 'ann')).status).toBe(429);
    }
    expect(await countScripts()).toBe(before + 5);
  });

  it('hold for refused tokens and for handshakes of one address, too', async () => {
    const guess = async (server: TestServer): Promise<number> =>
      (
        await fetch(server.url, {
          method: 'POST',
          headers: {
            authorization: 'Bearer a.guess',
            'content-type': 'application/json',
            'x-forwarded-for': '192.0.2.1',
          },
          body: JSON.stringify({ query: '{ me { id } }' }),
        })
      ).status;
    expect([await guess(nodes.one), await guess(nodes.other), await guess(nodes.other)]).toEqual([
      401, 401, 429,
    ]);
    // The one that has not heard of it hears by the next that is wrong.
    expect([await guess(nodes.one), await guess(nodes.one)]).toEqual([401, 429]);

    const open = async (server: TestServer): Promise<void> => {
      const socket = await RawSocket.open(server, { headers: { 'x-forwarded-for': '192.0.2.2' } });
      await socket.close();
    };
    for (const server of [nodes.one, nodes.other, nodes.one]) await open(server);
    for (const server of both) await expect(open(server)).rejects.toThrow('429');
  });

  it('go on on each server for itself while Redis is gone, and hold again when it is back', async () => {
    await redis.kill();
    expect(await spend([nodes.one], 'ben')).toBe(4);
    expect(await spend([nodes.other], 'ben')).toBe(4);
    await redis.run();
    await untilShared(both, 'back');
    expect(await spend(both, 'cat')).toBe(4);
  });

  it('go on while Redis answers nothing', async () => {
    redis.freeze();
    expect(await spend([nodes.one], 'dan')).toBe(4);
    expect(await spend([nodes.other], 'dan')).toBe(4);
    redis.thaw();
    await untilShared(both, 'thawed');
  });

  it('are those of a server for itself that starts without a Redis', async () => {
    await redis.kill();
    const lonely = await TestServer.start({ config: { ...LIMITS, redisUrls: [redis.url] } });
    expect(await spend([lonely], 'eve')).toBe(4);
    await lonely.stop();
    await redis.run();
  });
});

describeWithOwnRedis('limits over two servers with a Redis Cluster', () => {
  it('hold together, whichever master keeps a user, and go on when one of them dies', async () => {
    const cluster = await RedisCluster.start();
    const nodes = await Nodes.start({ config: { ...LIMITS, redisUrls: cluster.urls } });
    const both = [nodes.one, nodes.other] as const;
    const users = ['ann', 'ben', 'cat', 'dan', 'eve', 'fay'];
    for (const user of users) expect(await spend(both, user)).toBe(4);
    const keys = await Promise.all(
      cluster.urls.map(async (url) => {
        const client = await connectRedis(url);
        const found = await client.keys('*:rate:mutations:*');
        client.destroy();
        return found.length;
      }),
    );
    expect(keys.filter((count) => count > 0).length).toBeGreaterThan(1);
    expect(keys.reduce((sum, count) => sum + count)).toBe(users.length);
    await cluster.masters[0]?.kill();
    for (const user of users)
      expect(await spend(both, `late ${user}`.replace(' ', '.'))).toBeGreaterThanOrEqual(4);
    await nodes.stop();
    await cluster.remove();
  }, 120_000);
});
