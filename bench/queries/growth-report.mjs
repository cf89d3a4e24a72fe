/** Writes docs/benchmarks-growth.md from the results: `node bench/queries/growth-report.mjs`, and after a run. */
import { fileURLToPath } from 'node:url';
import { readResult, ROOT, writeDocument } from '../files.mjs';
import { spread } from '../statistics.mjs';
import { count, range, toTable, two } from '../table.mjs';
import { GROWING } from './growth.mjs';
import { ENGINE_NAMES, SERVER_NAMES } from './names.mjs';
import { requireOperation } from './operations.mjs';
import { toDocuments, toSetting } from './report-text.mjs';

/** Gives the text that was written under `root`. */
export async function writeGrowthReport(root) {
  const result = readResult(root, 'growth-full');
  const engines = [...new Set(result.sizes.map(({ engine }) => engine))];
  return writeDocument(root, 'benchmarks-growth.md', [
    '# Benchmark of growth',
    'Written by `npm run bench:growth` from `bench/results/growth-full.json`; `BENCH_LONG=1` adds the largest size.',
    toSetting(result),
    toMethod(result),
    ...engines.flatMap((engine) => [
      `## ${ENGINE_NAMES[engine]}`,
      toSizeTable(result.sizes.filter((size) => size.engine === engine)),
      ...GROWING.flatMap((operation) => [
        `### ${requireOperation(operation).title}`,
        toGrowthTable(result, engine, operation),
      ]),
    ]),
    '## The documents',
    toDocuments(['FriendPage', 'FriendsInfo']),
  ]);
}

function toMethod({ plan }) {
  return `The same page and batch over more and more data: what one request costs must not grow with the data.

- All sizes of an engine are there at once, each with its own servers, and take turns: ${plan.rounds} rounds of ${two(plan.windowMs / 1000)} s each, after
  ${two(plan.warmUpMs / 1000)} s to warm up. Numbers with three parts are the smallest, **median** and largest of the rounds; a ratio is to the
  smallest size, of the same server in the same round.
- Data, servers and those who ask are those of \`npm run bench\`. More users ask where more have
  from 60 to 200 friends, up to ${count(plan.viewers)}: then a server meets the same rows less often, too.
- Raw asks the same tables: what it grows by is what the database takes for deeper trees, and for rows that no cache holds.
- CPU is that of the server's process, with SQLite in it, and on PostgreSQL besides that of the database's connections.`;
}

const toSizeTable = (sizes) =>
  toTable(
    ['edges', 'users', 'who ask', 'written in, s'],
    sizes.map(({ edges, users, viewers, fillSeconds }) => [edges, users, viewers, fillSeconds].map(count)),
  );

function toGrowthTable({ sizes, windows }, engine, operation) {
  const [base, ...others] = sizes.filter((size) => size.engine === engine).map(({ edges }) => edges);
  const rows = ['amicus', 'raw'].flatMap((server) => {
    const of = (edges) =>
      windows.filter(
        (window) =>
          window.engine === engine &&
          window.operation === operation &&
          window.server === server &&
          window.edges === edges,
      );
    const figure = (edges, toFigure) => spread(of(edges).map(toFigure));
    const ratio = (edges, toFigure) =>
      spread(
        of(edges).map(
          (window) => toFigure(window) / toFigure(of(base).find(({ round }) => round === window.round)),
        ),
      );
    return [base, ...others].map((edges) => [
      SERVER_NAMES[server],
      count(edges),
      range(figure(edges, toRate), count),
      range(ratio(edges, toRate), two),
      range(figure(edges, toCpu), count),
      range(ratio(edges, toCpu), two),
    ]);
  });
  return toTable(['server', 'edges', 'requests/s', 'ratio', 'CPU µs a request', 'ratio'], rows);
}

const toRate = ({ rate }) => rate;
const toCpu = ({ cpuMicros, databaseMicros }) => cpuMicros + (databaseMicros ?? 0);

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeGrowthReport(ROOT);
