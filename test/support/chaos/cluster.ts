import { setTimeout as delay } from 'node:timers/promises';
import { migrateDatabase } from '../../../src/database/open-database';
import { Cable } from '../cable';
import { PostgresServer } from '../own-postgres';
import { RedisServer } from '../redis-server';
import type { Door } from './door';
import { Gateway } from './gateway';
import type { Wire } from './cluster-troubles';

export type BusKind = 'PostgreSQL' | 'Redis';

/** A gateway with the ways to what it needs. */
interface Node {
  gateway: Gateway;
  wires: Record<Wire, Cable>;
}

/** Three gateways over a PostgreSQL, and perhaps a Redis, of the test's own. Clients come to any of the three. */
export class ChaosCluster implements Door {
  readonly manners = { answerMs: 5_000, pingMs: 3_000, settleMs: 90_000 };
  readonly nodes: Node[] = [];
  private turn = 0;

  private constructor(
    readonly postgres: PostgresServer,
    readonly redis: RedisServer | null,
  ) {}

  static async start(bus: BusKind, postgresOptions: readonly string[]): Promise<ChaosCluster> {
    const postgres = await PostgresServer.start(postgresOptions);
    const cluster = new ChaosCluster(postgres, bus === 'Redis' ? await RedisServer.start() : null);
    try {
      await migrateDatabase({ dataDir: '', databaseUrl: postgres.url });
      for (let count = 0; count < 3; count++) await cluster.addNode();
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  /** The gateways in turn; one that is being started anew is passed over, one that hangs or is cut off is not. */
  async enter(): Promise<string> {
    for (;;) {
      for (let count = 0; count < this.nodes.length; count++) {
        const { gateway } = this.nodes[this.turn++ % this.nodes.length] ?? {};
        if (gateway?.isUp === true) return gateway.url;
      }
      await delay(50);
    }
  }

  token(userID: string, isAdmin = false): Promise<string> {
    const [first] = this.nodes;
    if (first === undefined) throw new Error('There is no gateway.');
    return first.gateway.token(userID, isAdmin);
  }

  async stop(): Promise<void> {
    await Promise.all(
      this.nodes.map(async ({ gateway, wires }) => {
        await gateway.stop();
        await Promise.all([...new Set(Object.values(wires))].map((cable) => cable.remove()));
      }),
    );
    await this.postgres.remove();
    await this.redis?.remove();
  }

  private async addNode(): Promise<void> {
    const { postgres, redis } = this;
    const database = await Cable.lay(postgres.port);
    const bus = redis === null ? database : await Cable.lay(redis.port);
    const config = {
      databaseUrl: postgres.toUrl(database.address),
      redisUrls: redis === null ? null : [`redis://${bus.address}`],
    };
    const create = () => Promise.resolve({ config, drop: () => Promise.resolve() });
    this.nodes.push({
      gateway: await Gateway.start({ name: 'a cluster', create }),
      wires: { database, bus },
    });
  }
}
