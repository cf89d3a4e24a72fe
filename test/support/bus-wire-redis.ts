import { randomBytes } from 'node:crypto';
import { openBus } from '../../src/events/bus-open';
import type { BreakableWire, BusWire, WireKind } from './bus-wire';
import { RedisCluster } from './redis-cluster';
import { canStartRedis, connectRedis, findRedis, RedisServer } from './redis-server';

/** The Redis that this machine has; empty where there is none. */
export function findRedisWires(): WireKind[] {
  const url = findRedis();
  return url === null ? [] : [{ name: 'Redis', lay: () => Promise.resolve(createRedisWire([url])) }];
}

/** A Redis that is started for the test; empty where there is no program for it. */
export function findOwnRedisWires(): WireKind<BreakableWire>[] {
  return canStartRedis() ? [{ name: 'Redis', lay: layOwn }] : [];
}

/** A Redis Cluster that is started for the test; empty where there is no program for it. */
export function findClusterWires(): WireKind[] {
  if (!canStartRedis()) return [];
  const lay = async (): Promise<BusWire> => {
    const cluster = await RedisCluster.start();
    return { ...createRedisWire(cluster.urls), remove: () => cluster.remove() };
  };
  return [{ name: 'Redis Cluster', lay }];
}

/** @param urls - of one Redis, or of the nodes of one Cluster */
function createRedisWire(urls: readonly string[]): BusWire {
  const redisPrefix = `amicus-test-${randomBytes(4).toString('hex')}`;
  const channel = `${redisPrefix}:bus`;
  let joined = 0;
  return {
    join(onError = () => undefined) {
      // Every other bus at another node, the first where taps are.
      const redisUrls = joined++ % 2 === 0 ? urls : urls.toReversed();
      return openBus({ redisUrls, redisPrefix, databaseUrl: null, onError });
    },
    async tap(onText) {
      const client = await connectRedis(urls[0] ?? '');
      await client.subscribe(channel, onText);
      return {
        say: async (text) => {
          await client.publish(channel, text);
        },
        stop: () => {
          client.destroy();
          return Promise.resolve();
        },
      };
    },
    async countConnections() {
      let count = 0;
      for (const url of urls) {
        const client = await connectRedis(url);
        count += (await client.pubSubNumSub(channel))[channel] ?? 0;
        client.destroy();
      }
      return count;
    },
    remove: () => Promise.resolve(),
  };
}

async function layOwn(): Promise<BreakableWire> {
  const server = await RedisServer.start();
  return {
    ...createRedisWire([server.url]),
    async cutOldest() {
      const client = await connectRedis(server.url);
      const [oldest] = (await client.clientList()).filter(({ name }) => name === 'amicus-bus');
      if (oldest !== undefined) await client.clientKill({ filter: 'ID', id: oldest.id });
      client.destroy();
    },
    breakDown: () => server.kill(),
    mend: () => server.run(),
    remove: () => server.remove(),
  };
}
