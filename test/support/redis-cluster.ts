import { connectRedis, findFreePort, RedisServer } from './redis-server';

const SLOTS = 16_384;

/** Three masters of one Redis Cluster, without replicas, of the test's own. */
export class RedisCluster {
  private constructor(readonly masters: readonly RedisServer[]) {}

  static async start(): Promise<RedisCluster> {
    const masters: RedisServer[] = [];
    const busPorts: number[] = [];
    for (let index = 0; index < 3; index++) {
      const busPort = await findFreePort();
      busPorts.push(busPort);
      const options = ['--cluster-enabled', 'yes', '--cluster-port', String(busPort)];
      masters.push(await RedisServer.start([...options, '--cluster-node-timeout', '1000']));
    }
    const clients = await Promise.all(masters.map(({ url }) => connectRedis(url)));
    for (const [index, client] of clients.entries()) {
      const [start, end] = [index, index + 1].map((part) => Math.floor((part * SLOTS) / 3));
      await client.clusterAddSlotsRange({ start: start ?? 0, end: (end ?? 0) - 1 });
      const { port } = masters[0] ?? { port: 0 };
      const meet = ['CLUSTER', 'MEET', '127.0.0.1', String(port), String(busPorts[0])];
      if (index > 0) await client.sendCommand(meet);
    }
    for (const client of clients) {
      const isWhole = (info: string): boolean =>
        info.includes('cluster_state:ok') && info.includes('cluster_known_nodes:3');
      while (!isWhole(await client.clusterInfo()));
      client.destroy();
    }
    return new RedisCluster(masters);
  }

  get urls(): string[] {
    return this.masters.map(({ url }) => url);
  }

  async remove(): Promise<void> {
    await Promise.all(this.masters.map((master) => master.remove()));
  }
}
