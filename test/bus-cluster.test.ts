import { setImmediate } from 'node:timers/promises';
import type { Bus } from '../src/events/bus';
import { openBus } from '../src/events/bus-open';
import { BusEar, toHeads } from './support/bus-ear';
import { RedisCluster } from './support/redis-cluster';
import { canStartRedis, connectRedis, RedisServer } from './support/redis-server';

type RedisClient = Awaited<ReturnType<typeof connectRedis>>;

const canStart = canStartRedis();

(canStart ? describe : describe.skip)('the bus on a Redis Cluster of which a master dies', () => {
  const buses: Bus[] = [];
  let cluster: RedisCluster;
  beforeEach(async () => {
    cluster = await RedisCluster.start();
  });
  afterEach(async () => {
    await Promise.all(buses.splice(0).map((bus) => bus.stop()));
    await cluster.remove();
  });

  async function join(urls: readonly string[]): Promise<{ bus: Bus; ear: BusEar }> {
    const onError = (): void => undefined;
    const bus = await openBus({ redisUrls: urls, redisPrefix: 'amicus', databaseUrl: null, onError });
    buses.push(bus);
    return { bus, ear: new BusEar(bus) };
  }

  /** Gives the next text with all these parts that comes to this client. */
  async function tap(client: RedisClient): Promise<(...parts: string[]) => Promise<string>> {
    const texts: string[] = [];
    await client.subscribe('amicus:bus', (text) => texts.push(text));
    return async (...parts) => {
      texts.length = 0;
      for (;;) {
        const found = texts.find((text) => parts.every((part) => text.includes(part)));
        if (found !== undefined) return found;
        await setImmediate();
      }
    };
  }

  it('goes on: who was connected to it takes another one and is told of the gap, the others notice nothing', async () => {
    const left = cluster.urls.slice(1);
    const [one, other] = [await join(cluster.urls), await join(left)];
    one.bus.publish([{ userID: 'before', head: 1 }]);
    expect(toHeads([await other.ear.next()])).toEqual([['before', 1]]);
    expect(one.ear.takeAll()).toHaveLength(1);
    await cluster.masters[0]?.kill();
    expect(await one.ear.next()).toEqual({ kind: 'gap' });
    one.bus.publish([{ userID: 'after', head: 2 }]);
    // A third of the slots is served by nobody now; what is told has no slot.
    expect(toHeads([await other.ear.next()])).toEqual([['after', 2]]);
    other.bus.publish([{ userID: 'back', head: 3 }]);
    expect(toHeads(await one.ear.takeUntil('back'))).toContainEqual(['back', 3]);
  });

  it('a list that is lost on the way from one to another is a gap to who is connected there', async () => {
    const [one, other] = [await join(cluster.urls), await join(cluster.urls.slice(1))];
    const [near, far] = [
      await connectRedis(cluster.urls[0] ?? ''),
      await connectRedis(cluster.urls[1] ?? ''),
    ];
    const [nearTap, farTap] = [
      await connectRedis(cluster.urls[0] ?? ''),
      await connectRedis(cluster.urls[1] ?? ''),
    ];
    const [hearNear, hearFar] = [await tap(nearTap), await tap(farTap)];
    const isHeard = hearFar('"before"');
    one.bus.publish([{ userID: 'before', head: 1 }]);
    const [nodeID] = JSON.parse(await isHeard) as [string];
    await hearFar(nodeID, '"probe"');
    const nodes = await far.sendCommand<string>(['CLUSTER', 'NODES']);
    const [, id = '', port = '', busPort = ''] = /^(\w+) [\d.]+:(\d+)@(\d+)\S* myself/m.exec(nodes) ?? [];
    await near.sendCommand(['CLUSTER', 'FORGET', id]);
    const isLost = hearNear('"lost"');
    other.ear.takeAll();
    one.bus.publish([{ userID: 'lost', head: 1 }]);
    await isLost;
    await near.sendCommand(['CLUSTER', 'MEET', '127.0.0.1', port, busPort]);
    await hearFar(nodeID, '"probe"');
    one.bus.publish([{ userID: 'end', head: 1 }]);
    const told = await other.ear.takeUntil('end');
    expect(told).toEqual([{ kind: 'gap' }, { kind: 'hints', hints: [{ userID: 'end', head: 1 }] }]);
    for (const client of [near, far, nearTap, farTap]) client.destroy();
  });

  it('a list that it died with is a gap to the others', async () => {
    const left = cluster.urls.slice(1);
    const [one, other] = [await join(cluster.urls), await join(left)];
    cluster.masters[0]?.freeze();
    one.bus.publish([{ userID: 'lost', head: 1 }]);
    // Takes longer than a list is held back: it is under way.
    (await connectRedis(left[0] ?? '')).destroy();
    await cluster.masters[0]?.kill();
    expect(await other.ear.next()).toEqual({ kind: 'gap' });
  });
});

(canStart ? it : it.skip)('one that stands alone is refused where several are named', async () => {
  const alone = await RedisServer.start();
  const errors: unknown[] = [];
  const bus = await openBus({
    redisUrls: [alone.url, alone.url],
    redisPrefix: 'amicus',
    databaseUrl: null,
    onError: (error) => errors.push(error),
  });
  expect(bus.isUp).toBe(false);
  expect(String(errors[0])).toContain('cluster support disabled');
  await bus.stop();
  await alone.remove();
});
