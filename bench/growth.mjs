/**
 * The same page and batch over more and more data: `npm run bench:growth`, or with BENCH_SHORT=1 a short form that only
 * shows it works.
 */
import { describeMachine } from './machine.mjs';
import { degreeSource } from './queries/degrees.mjs';
import { measureGrowth } from './queries/growth.mjs';
import { writeGrowthReport } from './queries/growth-report.mjs';
import { plan } from './queries/plan.mjs';
import { runOnEngines } from './queries/run.mjs';

await runOnEngines({
  name: 'growth',
  engines: plan.engines,
  isKept: plan.isKept,
  writeReport: writeGrowthReport,
  measure: async (builders, say) => {
    const result = { machine: describeMachine(), plan, degreeSource, sizes: [], windows: [] };
    for (const [engine, build] of Object.entries(builders)) {
      const { sizes, windows } = await measureGrowth(engine, build, { plan, say });
      result.sizes.push(...sizes);
      result.windows.push(...windows);
    }
    return result;
  },
});
