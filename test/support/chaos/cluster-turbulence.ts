import { setTimeout as delay } from 'node:timers/promises';
import type { ChaosCluster } from './cluster';
import type { ClusterTrouble } from './cluster-troubles';
import type { ChaosDevice } from './device';

export interface TroubleCounts {
  kills: number;
  stops: number;
  /** Of a gateway's way to what it needs: in silence, and with a refusal. */
  swallowed: number;
  unplugged: number;
  databaseCrashes: number;
  redisKills: number;
  clockJumps: number;
  cuts: number;
}

/** Lets troubles befall a cluster and its devices, several at once; nothing is troubled twice at a time. */
export class ClusterTurbulence {
  readonly failures: string[] = [];
  readonly counts: TroubleCounts = {
    kills: 0,
    stops: 0,
    swallowed: 0,
    unplugged: 0,
    databaseCrashes: 0,
    redisKills: 0,
    clockJumps: 0,
    cuts: 0,
  };

  private readonly troubled = new Map<string, Promise<void>>();

  /** @param longestMs - how long anything is away that comes back by itself */
  constructor(
    private readonly cluster: ChaosCluster,
    private readonly devices: readonly ChaosDevice[],
    private readonly longestMs: number,
  ) {}

  /** Begins it; it ends by itself. */
  begin(trouble: ClusterTrouble): void {
    const { counts, cluster, longestMs } = this;
    switch (trouble.kind) {
      case 'cut':
        for (const number of trouble.devices) this.devices[number % this.devices.length]?.cut();
        counts.cuts += trouble.devices.length;
        return;
      case 'crashPostgres':
        this.last('postgres', 'databaseCrashes', async () => {
          await cluster.postgres.crash();
          await cluster.postgres.run();
        });
        return;
      case 'killRedis': {
        const { redis } = cluster;
        if (redis === null) return;
        this.last('redis', 'redisKills', async () => {
          await redis.kill();
          await delay(trouble.share * longestMs);
          await redis.run();
        });
        return;
      }
      default:
    }
    const node = cluster.nodes[trouble.node];
    if (node === undefined) return;
    const { gateway, wires } = node;
    switch (trouble.kind) {
      case 'kill':
        this.last(`gateway ${trouble.node}`, 'kills', () => gateway.kill());
        return;
      case 'freeze':
        this.last(`gateway ${trouble.node}`, 'stops', async () => {
          gateway.freeze();
          await delay(trouble.share * longestMs);
          gateway.thaw();
        });
        return;
      case 'swallow':
      case 'unplug': {
        const cable = wires[trouble.wire];
        const name = cable === wires.database ? 'database' : 'bus';
        const count = trouble.kind === 'swallow' ? 'swallowed' : 'unplugged';
        this.last(`${name} of gateway ${trouble.node}`, count, async () => {
          if (trouble.kind === 'swallow') cable.swallow();
          else cable.unplug();
          await delay(trouble.share * longestMs);
          if (trouble.kind === 'swallow') cable.flow();
          else cable.plug();
        });
        return;
      }
      case 'clock':
        gateway.jumpClock(trouble.byMs);
        counts.clockJumps += 1;
    }
  }

  /** Resolves when all that was begun has come to its end. */
  async whenCalm(): Promise<void> {
    await Promise.all(this.troubled.values());
  }

  private last(what: string, count: keyof TroubleCounts, work: () => Promise<void>): void {
    if (this.troubled.has(what)) return;
    this.counts[count] += 1;
    const ended = work()
      .catch((error: unknown) => {
        this.failures.push(`the test could not do what it does to ${what}: ${String(error)}`);
      })
      .finally(() => this.troubled.delete(what));
    this.troubled.set(what, ended);
  }
}
