import { findBrokenPromises } from './support/chaos/checker';
import type { BusKind } from './support/chaos/cluster';
import { runClusterChaos } from './support/chaos/cluster-chaos';
import { toClusterLine } from './support/chaos/cluster-counts';
import { keepCounts } from './support/long-results';
import { findOwnPostgres } from './support/postgres-programs';
import { canStartRedis } from './support/redis-server';

const runMs = Number(process.env['CHAOS_MS'] ?? 5_000);
const isLong = runMs > 60_000;
const seed = Number(process.env['CHAOS_SEED'] ?? Date.now() % 1_000_000_000);
/** Of PostgreSQL's command line, such as one that lets it lose what it has acknowledged: see docs/chaos.md. */
const postgresOptions = process.env['CHAOS_POSTGRES']?.split(' ') ?? [];
/** In the short form one of them, by the seed: each run takes minutes, in which it waits for what is cut off to be noticed. */
const buses: BusKind[] = isLong ? ['PostgreSQL', 'Redis'] : [seed % 2 === 0 ? 'PostgreSQL' : 'Redis'];
const canRun = findOwnPostgres() !== null && canStartRedis();

(canRun ? describe : describe.skip)(
  'while three gateways are killed, stopped and cut off, and PostgreSQL and Redis crash',
  () => {
    it.each(buses)(
      `every promise of the live stream is kept with hints by %s (CHAOS_SEED=${seed})`,
      async (bus) => {
        const { records, counts } = await runClusterChaos({
          bus,
          seed,
          users: isLong ? 24 : 10,
          devicesPerUser: 3,
          writers: isLong ? 16 : 8,
          runMs,
          everyCalls: isLong ? 150 : 60,
          troubles: 12,
          longestMs: isLong ? 30_000 : 12_000,
          postgresOptions,
        });
        const broken = findBrokenPromises(records);
        const title = `chaos on a cluster with hints by ${bus}, seed ${seed}`;
        process.stdout.write(`${toClusterLine(title, counts, broken.length)}\n`);
        keepCounts(`hints by ${bus}`, { seed, ...counts, violations: broken.length });
        expect(broken.slice(0, 20)).toEqual([]);
        // A run in which nothing happened would prove nothing.
        const { redisKills, ...others } = counts;
        for (const count of Object.entries(others)) expect(count).not.toEqual([expect.anything(), 0]);
        expect(redisKills > 0).toBe(bus === 'Redis');
      },
      runMs * 4 + 300_000,
    );
  },
);
