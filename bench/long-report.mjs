/** Writes docs/benchmarks-long.md from what the long form of the suites has counted, and prints it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readResult, ROOT, writeDocument } from './files.mjs';
import { toTable } from './table.mjs';

const SUITES = [
  ['model', 'MODEL_RUNS', 'Random histories against the model, one call after another'],
  ['model-at-once', 'MODEL_RUNS', 'Random histories, calls at the same time'],
  ['chaos', 'CHAOS_MS', 'Chaos on one server'],
  ['chaos-cluster', 'CHAOS_MS', 'Chaos on three gateways, PostgreSQL and Redis'],
  ['rolling', 'ROLLING_ROUNDS', 'Rolling restarts of two servers under load'],
  ['fuzz', 'FUZZ_INPUTS', 'Hostile inputs'],
];

const toWords = (name) => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

function toSuite([name, setting, title]) {
  if (!existsSync(join(ROOT, `bench/results/long-${name}.json`))) return [];
  const { date, machine, asked, runs } = readResult(ROOT, `long-${name}`);
  const keys = Object.keys(runs[0]).filter((key) => key !== 'run');
  return [
    `## ${title}`,
    `\`test/${name}.test.ts\`, ended ${date.slice(0, 16).replace('T', ' ')} UTC; \`${setting}=${asked[setting]}\`; Node ${machine.node}, ${machine.cores} × ${machine.processor}.`,
    toTable(
      ['counted', ...runs.map(({ run }) => run)],
      keys.map((key) => [
        toWords(key),
        ...runs.map((run) => (key === 'seed' ? String(run[key]) : run[key].toLocaleString('en-US'))),
      ]),
    ),
  ];
}

console.log(
  await writeDocument(ROOT, 'benchmarks-long.md', [
    '# Long runs',
    'Written by `node bench/long-report.mjs` from `bench/results/long-*.json`, which `npm run test:long` leaves of each suite, or `LONG_RESULTS=bench/results` of the suites that are run alone. What they do: [chaos](chaos.md), [hostile clients](hostile-clients.md).',
    ...SUITES.flatMap(toSuite),
  ]),
);
