/** The benchmark of live events: `npm run bench:events`, or with BENCH_SHORT=1 a short form that only shows it works. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { killAll } from './children.mjs';
import { describeMachine, requireFiles } from './machine.mjs';
import { plan } from './plan.mjs';
import { writeReport } from './report.mjs';
import { measureRounds } from './rounds.mjs';
import { measureStorms } from './storm.mjs';
import { Workspace } from './workspace.mjs';

const workspace = new Workspace();
function cleanUp() {
  killAll();
  workspace.remove();
}
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
])
  process.on(signal, () => {
    cleanUp();
    process.exit(code);
  });

const startedMs = performance.now();
const say = (text) => {
  console.error(`${((performance.now() - startedMs) / 1000).toFixed(1).padStart(7)} s  ${text}`);
};

try {
  const machine = describeMachine();
  requireFiles(Math.max(...plan.sizes, plan.stormSize));
  for (const size of new Set([...plan.sizes, plan.stormSize])) workspace.prepare(size);
  const bench = { plan, workspace, say, samples: {} };
  const rounds = [];
  for (const size of plan.sizes) rounds.push(...(await measureRounds(size, bench)));
  const storms = await measureStorms(bench);
  const result = { machine, plan, samples: bench.samples, rounds, storms };

  // The short form's numbers say nothing and are not kept.
  const root = plan.short ? workspace.folder : fileURLToPath(new URL('..', import.meta.url));
  mkdirSync(join(root, 'bench/results'), { recursive: true });
  const file = join(root, 'bench/results/events-full.json');
  writeFileSync(file, await format(JSON.stringify(result), { parser: 'json', printWidth: 110 }));
  console.log(await writeReport(root));

  const broken = storms.filter(({ server, lost, doubled }) => server === 'amicus' && lost + doubled > 0);
  if (broken.length > 0) throw new Error(`Amicus lost or doubled events: ${JSON.stringify(broken)}`);
} finally {
  cleanUp();
}
