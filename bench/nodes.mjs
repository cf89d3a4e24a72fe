/** The benchmark of several servers: `npm run bench:nodes`, or with BENCH_SHORT=1 a short form that only shows it works. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { env } from 'node:process';
import { runCommand } from './command.mjs';
import { STAR, toUserID } from './document.mjs';
import { describeMachine, requireFiles } from './machine.mjs';
import { measureNodes } from './nodes/measure.mjs';
import { plan } from './nodes/plan.mjs';
import { writeNodesReport } from './nodes/report.mjs';
import { Tap } from './nodes/tap.mjs';
import { Graph } from './queries/graph.mjs';
import { findPostgres, PostgresData } from './queries/postgres-data.mjs';
import { chooseViewers } from './queries/viewers.mjs';
import { runBenchmark } from './run.mjs';
import { writeScaling } from './scaling/report.mjs';

const REDIS_URL = env.BENCH_REDIS_URL ?? env.TEST_REDIS_URL ?? 'redis://127.0.0.1:6379';

/** The star in the list of every listener, beside the users who read. */
function addListeners(folder, environment) {
  const edges = join(folder, 'edges');
  const lines = Array.from({ length: plan.listeners }, (_, index) => `${STAR} ${toUserID(index)}\n`);
  writeFileSync(edges, lines.join(''));
  runCommand(['import', '--edges', edges], environment);
}

async function measure({ folder, made, say }) {
  const serverUrl = await findPostgres();
  if (serverUrl === null) throw new Error('no PostgreSQL answers: name one with BENCH_POSTGRES_URL');
  requireFiles(plan.listeners);
  const machine = describeMachine();
  const graph = new Graph(plan, plan.seed);
  const viewers = await chooseViewers(graph, plan.viewers, plan.seed);
  const data = await PostgresData.build(serverUrl, graph, made);
  const base = { ...data.toEnv(), AMICUS_LIMIT_FRIENDS: '100000' };
  addListeners(folder, { ...env, ...base });
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

await runBenchmark(plan.short, async (run) => {
  const root = await run.keep('nodes-full', await measure(run));
  console.log(await writeNodesReport(root));
  if (!plan.short) await writeScaling(root);
});
