/** Writes docs/benchmarks.md and its plot from the results: `node bench/report.mjs`, and at the end of every run. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readResult, ROOT, writeDocument } from './files.mjs';
import { SERVERS } from './plan.mjs';
import { drawRates } from './plot.mjs';
import { toGoals } from './report-goals.mjs';
import { SPLIT } from './report-split.mjs';
import { toIntroduction } from './report-text.mjs';
import { toBroadcastTable, toCostTable, toMemoryTable, toStormTable } from './report-tables.mjs';
import { toSummary } from './summary.mjs';

/** Gives the text that was written under `root`. */
export async function writeReport(root) {
  const result = readResult(root, 'events-full');
  const summary = toSummary(result);
  const { plan } = result;
  const text = await writeDocument(root, 'benchmarks.md', [
    toIntroduction(result),
    '## Goals',
    toGoals(summary, plan),
    ...plan.sizes.flatMap((size) => [
      `## One profile change to ${size.toLocaleString('en-US')} listeners of one process`,
      toBroadcastTable(summary, size),
      toCostTable(summary, size),
    ]),
    '![Deliveries a second, by server](benchmarks-events.svg)',
    SPLIT,
    '## Memory of an idle authenticated subscription',
    toMemoryTable(summary),
    `## Reconnect storm: ${plan.stormSize.toLocaleString('en-US')} listeners come back within ${plan.stormMs / 1000} s`,
    toStormTable(summary, plan),
  ]);
  writeFileSync(join(root, 'docs/benchmarks-events.svg'), drawRates(summary, plan.sizes, SERVERS));
  return text;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeReport(ROOT);
