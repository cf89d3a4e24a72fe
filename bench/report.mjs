/** Writes docs/benchmarks.md and its plot from the results: `node bench/report.mjs`, and at the end of every run. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { SERVERS } from './plan.mjs';
import { drawRates } from './plot.mjs';
import { toGoals } from './report-goals.mjs';
import { toIntroduction } from './report-text.mjs';
import { toBroadcastTable, toCostTable, toMemoryTable, toStormTable } from './report-tables.mjs';
import { toSummary } from './summary.mjs';

/** Gives the text that was written under `root`. */
export async function writeReport(root) {
  const result = JSON.parse(readFileSync(join(root, 'bench/results/events-full.json'), 'utf8'));
  const summary = toSummary(result);
  const { plan } = result;
  const parts = [
    toIntroduction(result),
    '## Goals',
    toGoals(summary, plan),
    ...plan.sizes.flatMap((size) => [
      `## One profile change to ${size.toLocaleString('en-US')} listeners of one process`,
      toBroadcastTable(summary, size),
      toCostTable(summary, size),
    ]),
    '![Deliveries a second, by server](benchmarks-events.svg)',
    '## Memory of an idle authenticated subscription',
    toMemoryTable(summary),
    `## Reconnect storm: ${plan.stormSize.toLocaleString('en-US')} listeners come back within ${plan.stormMs / 1000} s`,
    toStormTable(summary, plan),
  ];
  const text = await format(parts.join('\n\n'), { parser: 'markdown', printWidth: 110, singleQuote: true });
  mkdirSync(join(root, 'docs'), { recursive: true });
  writeFileSync(join(root, 'docs/benchmarks.md'), text);
  writeFileSync(join(root, 'docs/benchmarks-events.svg'), drawRates(summary, plan.sizes, SERVERS));
  return text;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await writeReport(fileURLToPath(new URL('..', import.meta.url)));
