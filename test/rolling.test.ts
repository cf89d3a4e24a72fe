import { findBrokenPromises } from './support/chaos/checker';
import { keepCounts } from './support/long-results';
import { runRolling } from './support/rolling/rolling';
import { stores } from './support/stores';

const rounds = Number(process.env['ROLLING_ROUNDS'] ?? 1);
const seed = Number(process.env['CHAOS_SEED'] ?? Date.now() % 1_000_000_000);
const postgres = stores.find(({ name }) => name === 'PostgreSQL');

(postgres === undefined ? test.skip : test)(
  `two servers are replaced in turn under load, and no request and no event is lost (CHAOS_SEED=${seed})`,
  async () => {
    if (postgres === undefined) return;
    const isLong = rounds > 1;
    const { records, counts } = await runRolling({
      store: postgres,
      seed,
      users: isLong ? 20 : 6,
      devicesPerUser: 2,
      writers: isLong ? 8 : 4,
      rounds,
      calls: isLong ? 200 : 50,
    });
    const broken = findBrokenPromises(records);
    const { acknowledged, unknown, events, deliveries, reconnects, restarts } = counts;
    process.stdout.write(
      `rolling restart, seed ${seed}: ${acknowledged} acknowledged, ${unknown} unknown; ${events} events, ` +
        `${deliveries} deliveries; ${restarts} restarts, ${reconnects} reconnects; violations: ${broken.length}\n`,
    );
    keepCounts(postgres.name, { seed, ...counts, violations: broken.length });
    expect(broken.slice(0, 20)).toEqual([]);
    expect(unknown).toBe(0);
    // Every device was at a server that was replaced, at least once.
    expect(reconnects).toBeGreaterThanOrEqual(counts.devices);
  },
  120_000 + rounds * 120_000,
);
