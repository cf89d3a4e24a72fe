/** Writes docs/benchmarks-queries.md and its plot from the results: `node bench/queries/report.mjs`, and after a run. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { ENGINE_NAMES } from './names.mjs';
import { OPERATIONS } from './operations.mjs';
import { drawRatios } from './plot.mjs';
import { toGoals } from './report-goals.mjs';
import { toGrowthTable, toMemoryTable, toOperationTable } from './report-tables.mjs';
import { toDocuments, toIntroduction, toMixTable } from './report-text.mjs';
import { toSummary } from './summary.mjs';

/** Gives the text that was written under `root`. */
export async function writeQueryReport(root) {
  const result = JSON.parse(readFileSync(join(root, 'bench/results/queries-full.json'), 'utf8'));
  const summary = toSummary(result);
  const parts = [
    toIntroduction(result),
    '## Goals',
    'Medians of the ratios; bold is missed.',
    toGoals(summary),
    '![Requests a second as a ratio to raw, by server](benchmarks-queries.svg)',
    ...summary.engines.flatMap((engine) => [
      `## ${ENGINE_NAMES[engine]}`,
      ...OPERATIONS.flatMap(({ name, title }) => [`### ${title}`, toOperationTable(summary, engine, name)]),
      `### Memory of the server after all rounds`,
      toMemoryTable(summary, engine),
    ]),
    '## Growth',
    'The same page and batch over more data, all sizes in turn. The ratio is to the smallest size in the same round.',
    ...summary.engines.flatMap((engine) => [`### ${ENGINE_NAMES[engine]}`, toGrowthTable(summary, engine)]),
    '## The LinkBench mix',
    'The shares of its production workload; `add_node` (2.57) and `delete_node` (1.01) are left out, as users come and go through administrators.',
    toMixTable(),
    '## The documents',
    toDocuments(),
  ];
  const text = await format(parts.join('\n\n'), { parser: 'markdown', printWidth: 110, singleQuote: true });
  mkdirSync(join(root, 'docs'), { recursive: true });
  writeFileSync(join(root, 'docs/benchmarks-queries.md'), text);
  writeFileSync(join(root, 'docs/benchmarks-queries.svg'), drawRatios(summary));
  return text;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await writeQueryReport(fileURLToPath(new URL('../..', import.meta.url)));
