/** The benchmark of several servers: `npm run bench:nodes`, or with BENCH_SHORT=1 a short form that only shows it works. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env } from 'node:process';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { killAll } from './children.mjs';
import { STAR, toUserID } from './document.mjs';
import { describeMachine, requireFiles } from './machine.mjs';
import { measureNodes } from './nodes/measure.mjs';
import { plan } from './nodes/plan.mjs';
import { writeNodesReport } from './nodes/report.mjs';
import { Tap } from './nodes/tap.mjs';
import { MAIN } from './queries/amicus-env.mjs';
import { Graph } from './queries/graph.mjs';
import { findPostgres, PostgresData } from './queries/postgres-data.mjs';
import { chooseViewers } from './queries/viewers.mjs';
import { writeScaling } from './scaling/report.mjs';

const REDIS_URL = env.BENCH_REDIS_URL ?? env.TEST_REDIS_URL ?? 'redis://127.0.0.1:6379';

const folder = mkdtempSync(join(tmpdir(), 'amicus-bench-'));
let data = null;
async function cleanUp() {
  killAll();
  await data?.remove();
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

/** The star in the list of every listener, beside the users who read. */
function addListeners(environment) {
  const edges = join(folder, 'edges');
  const lines = Array.from({ length: plan.listeners }, (_, index) => `${STAR} ${toUserID(index)}\n`);
  writeFileSync(edges, lines.join(''));
  execFileSync(process.execPath, [MAIN, 'import', '--edges', edges], { env: environment, stdio: 'pipe' });
}

async function measure() {
  const serverUrl = await findPostgres();
  if (serverUrl === null) throw new Error('no PostgreSQL answers: name one with BENCH_POSTGRES_URL');
  requireFiles(plan.listeners);
  const machine = describeMachine();
  const graph = new Graph(plan, plan.seed);
  const viewers = await chooseViewers(graph, plan.viewers, plan.seed);
  await PostgresData.build(serverUrl, graph, (made) => (data = made));
  const base = { ...data.toEnv(), AMICUS_LIMIT_FRIENDS: '100000' };
  addListeners({ ...env, ...base });
  say(`${graph.users} users, ${graph.size} edges, ${plan.listeners} listeners`);

  const prefix = `amicus-bench-${process.pid}`;
  const buses = {
    notify: { env: base, openTap: () => Tap.openPostgres(base.AMICUS_DATABASE_URL) },
    redis: {
      env: { ...base, AMICUS_REDIS_URL: REDIS_URL, AMICUS_REDIS_PREFIX: prefix },
      openTap: () => Tap.openRedis(REDIS_URL, prefix),
    },
  };
  const kinds = Object.keys(buses).flatMap((bus) => plan.nodes.map((nodes) => ({ bus, nodes })));
  const windows = [];
  for (let round = 0; round < plan.rounds; round++) {
    for (let turn = 0; turn < kinds.length; turn++) {
      const kind = kinds[(round + turn) % kinds.length];
      const measured = await measureNodes(kind.nodes, buses[kind.bus], { plan, data, viewers, round });
      windows.push({ ...kind, round, ...measured });
      say(`round ${round + 1} of ${plan.rounds}: ${kind.nodes} by ${kind.bus}`);
    }
  }
  return { machine, plan, data: { users: graph.users, edges: graph.size }, windows };
}

try {
  const result = await measure();
  // The short form's numbers say nothing and are not kept.
  const root = plan.short ? folder : fileURLToPath(new URL('..', import.meta.url));
  mkdirSync(join(root, 'bench/results'), { recursive: true });
  const file = join(root, 'bench/results/nodes-full.json');
  writeFileSync(file, await format(JSON.stringify(result), { parser: 'json', printWidth: 160 }));
  console.log(await writeNodesReport(root));
  if (!plan.short) await writeScaling(root);
} finally {
  await cleanUp();
}
