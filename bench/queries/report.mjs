/** Writes docs/benchmarks-queries.md and its plot from the results: `node bench/queries/report.mjs`, and after a run. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readResult, ROOT, writeDocument } from '../files.mjs';
import { ENGINE_NAMES } from './names.mjs';
import { drawRatios } from './plot.mjs';
import { toGoals } from './report-goals.mjs';
import { toMemoryTable, toOperationTable } from './report-tables.mjs';
import { toDocuments, toIntroduction, toMixTable } from './report-text.mjs';
import { toSummary } from './summary.mjs';

/** Gives the text that was written under `root`. */
export async function writeQueryReport(root) {
  const result = readResult(root, 'queries-full');
  const summary = toSummary(result);
  const text = await writeDocument(root, 'benchmarks-queries.md', [
    toIntroduction(result),
    '## Goals',
    'Medians of the ratios; bold is missed.',
    toGoals(summary),
    '![Requests a second as a ratio to raw, by server](benchmarks-queries.svg)',
    ...summary.engines.flatMap((engine) => [
      `## ${ENGINE_NAMES[engine]}`,
      ...summary.operations.flatMap(({ name, title }) => [
        `### ${title}`,
        toOperationTable(summary, engine, name),
      ]),
      `### Memory of the server after all rounds`,
      toMemoryTable(summary, engine),
    ]),
    '## The LinkBench mix',
    'The shares of its production workload; `add_node` (2.57) and `delete_node` (1.01) are left out, as users come and go through administrators.',
    toMixTable(),
    '## The documents',
    toDocuments(['UsersInfo', 'FriendPage', 'FriendsInfo', 'AddFriend', 'DeleteFriend']),
  ]);
  writeFileSync(join(root, 'docs/benchmarks-queries.svg'), drawRatios(summary));
  return text;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeQueryReport(ROOT);
