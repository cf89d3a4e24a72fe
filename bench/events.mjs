/** The benchmark of live events: `npm run bench:events`, or with BENCH_SHORT=1 a short form that only shows it works. */
import { describeMachine, requireFiles } from './machine.mjs';
import { plan } from './plan.mjs';
import { writeReport } from './report.mjs';
import { measureRounds } from './rounds.mjs';
import { runBenchmark } from './run.mjs';
import { measureStorms } from './storm.mjs';
import { Workspace } from './workspace.mjs';

await runBenchmark(plan.short, async ({ folder, say, keep }) => {
  const machine = describeMachine();
  requireFiles(Math.max(...plan.sizes, plan.stormSize));
  const workspace = new Workspace(folder);
  for (const size of new Set([...plan.sizes, plan.stormSize])) workspace.prepare(size);
  const bench = { plan, workspace, say, samples: {} };
  const rounds = [];
  for (const size of plan.sizes) rounds.push(...(await measureRounds(size, bench)));
  const storms = await measureStorms(bench);
  const root = await keep('events-full', { machine, plan, samples: bench.samples, rounds, storms });
  console.log(await writeReport(root));

  const broken = storms.filter(({ server, lost, doubled }) => server === 'amicus' && lost + doubled > 0);
  if (broken.length > 0) throw new Error(`Amicus lost or doubled events: ${JSON.stringify(broken)}`);
});
