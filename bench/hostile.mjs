/** What hostile clients cost honest ones: `npm run bench:hostile`, or with BENCH_SHORT=1 a short form that only shows it works. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { killAll } from './children.mjs';
import { plan } from './hostile/plan.mjs';
import { writeHostileReport } from './hostile/report.mjs';
import { measureAttacks } from './hostile/rounds.mjs';
import { describeMachine, requireFiles } from './machine.mjs';
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
  requireFiles(plan.idle);
  workspace.prepare(plan.friends);
  // Attackers and honest clients have one address and few users here: limits of these would stop both alike, where outside
  // they tell them apart. What is measured is what is left without them.
  const unlimited = Object.fromEntries(
    ['REQUESTS', 'CONNECTS', 'FAILURES', 'QUERIES', 'MUTATIONS', 'SUBSCRIPTIONS'].map((kind) => [
      `AMICUS_RATE_${kind}`,
      '0',
    ]),
  );
  const env = { ...workspace.copy(plan.friends), ...unlimited };
  const windows = await measureAttacks(env, { plan, say });

  // The short form's numbers say nothing and are not kept.
  const root = plan.short ? workspace.folder : fileURLToPath(new URL('..', import.meta.url));
  mkdirSync(join(root, 'bench/results'), { recursive: true });
  const file = join(root, 'bench/results/hostile-full.json');
  writeFileSync(
    file,
    await format(JSON.stringify({ machine, plan, windows }), { parser: 'json', printWidth: 160 }),
  );
  console.log(await writeHostileReport(root));
} finally {
  cleanUp();
}
