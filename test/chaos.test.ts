import { runChaos } from './support/chaos/chaos';
import { findBrokenPromises } from './support/chaos/checker';
import { toLine } from './support/chaos/counts';
import { keepCounts } from './support/long-results';
import { describeOnStores } from './support/stores';

const runMs = Number(process.env['CHAOS_MS'] ?? 5_000);
const isLong = runMs > 30_000;
const seed = Number(process.env['CHAOS_SEED'] ?? Date.now() % 1_000_000_000);

describeOnStores(
  'while sockets are cut, readers stall, the clock jumps and the server is killed',
  (store) => {
    it(
      `every promise of the live stream is kept (CHAOS_SEED=${seed})`,
      async () => {
        const { records, counts } = await runChaos({
          store,
          seed,
          users: isLong ? 30 : 12,
          devicesPerUser: isLong ? 4 : 3,
          writers: isLong ? 16 : 8,
          runMs,
          calls: 500,
          disturbances: { everyCalls: 20, kills: 2 },
        });
        const broken = findBrokenPromises(records);
        process.stdout.write(`${toLine(`chaos on ${store.name}, seed ${seed}`, counts, broken.length)}\n`);
        keepCounts(store.name, { seed, ...counts, violations: broken.length });
        expect(broken.slice(0, 20)).toEqual([]);
        // A run in which nothing happened would prove nothing.
        for (const count of Object.entries(counts)) expect(count).not.toEqual([expect.anything(), 0]);
      },
      runMs * 4 + 300_000,
    );
  },
);
