/** The benchmark of queries: `npm run bench`, or with BENCH_SHORT=1 a short form that only shows it works. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { killAll } from './children.mjs';
import { describeMachine } from './machine.mjs';
import { degreeSource } from './queries/degrees.mjs';
import { Graph } from './queries/graph.mjs';
import { measureGrowth } from './queries/growth.mjs';
import { plan } from './queries/plan.mjs';
import { findPostgres, PostgresData } from './queries/postgres-data.mjs';
import { writeQueryReport } from './queries/report.mjs';
import { measureRounds } from './queries/rounds.mjs';
import { SqliteData } from './queries/sqlite-data.mjs';
import { chooseViewers } from './queries/viewers.mjs';

const folder = mkdtempSync(join(tmpdir(), 'amicus-bench-'));
const databases = new Set();
async function cleanUp() {
  killAll();
  for (const database of databases) await database.remove();
  rmSync(folder, { recursive: true, force: true });
}
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
])
  process.once(signal, () => void cleanUp().finally(() => process.exit(code)));

const startedMs = performance.now();
const say = (text) => {
  console.error(`${((performance.now() - startedMs) / 1000).toFixed(1).padStart(7)} s  ${text}`);
};

async function measure() {
  const postgresUrl = await findPostgres();
  const builders = { sqlite: (name, graph) => SqliteData.build(folder, name, graph) };
  if (postgresUrl === null) say('no PostgreSQL answers: SQLite alone is measured');
  else
    builders.postgres = (_name, graph) =>
      PostgresData.build(postgresUrl, graph, (database) => databases.add(database));

  const result = { machine: describeMachine(), plan, degreeSource, windows: [], memory: [], growth: [] };
  const graph = new Graph(plan, plan.seed);
  const viewers = await chooseViewers(graph, plan.viewers, plan.seed);
  result.data = { users: graph.users, edges: graph.size, viewers: viewers.length };
  for (const [engine, build] of Object.entries(builders)) {
    const data = await build('main', graph);
    say(`${engine}: ${graph.users} users, ${graph.size} edges`);
    const { windows, memory } = await measureRounds(data, viewers, { plan, say });
    result.windows.push(...windows);
    result.memory.push(...memory);
    await data.remove();
    result.growth.push(...(await measureGrowth(engine, build, { plan, say })));
  }
  return result;
}

try {
  const result = await measure();
  // The short form's numbers say nothing and are not kept.
  const root = plan.short ? folder : fileURLToPath(new URL('..', import.meta.url));
  mkdirSync(join(root, 'bench/results'), { recursive: true });
  const file = join(root, 'bench/results/queries-full.json');
  writeFileSync(file, await format(JSON.stringify(result), { parser: 'json', printWidth: 160 }));
  console.log(await writeQueryReport(root));
} finally {
  await cleanUp();
}
