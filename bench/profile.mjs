/**
 * Where the time of a request goes: `npm run bench:profile`, or with BENCH_SHORT=1 a short form that only shows it works.
 * One profile of Amicus for each of the main operations, on SQLite, summed up by layer.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { describeMachine } from './machine.mjs';
import { withFleet } from './queries/fleet.mjs';
import { Graph } from './queries/graph.mjs';
import { toLayers } from './queries/layers.mjs';
import { plan } from './queries/plan.mjs';
import { writePerformance } from './queries/performance-report.mjs';
import { SqliteData } from './queries/sqlite-data.mjs';
import { chooseViewers } from './queries/viewers.mjs';
import { runBenchmark } from './run.mjs';

export const PROFILED = ['strangers-warm', 'friend-page'];
const PROFILE_MS = plan.short ? 100 : 5000;

async function profile(contestant, load, operation) {
  const { connections, seed, firstWarmUpMs } = plan;
  await load.ask('begin', {
    address: contestant.address,
    operation,
    seed,
    connections,
    warmUpMs: 2 * firstWarmUpMs,
  });
  await contestant.ask('startProfile');
  await load.ask('mark');
  await sleep(PROFILE_MS);
  const taken = await contestant.ask('stopProfile');
  const { served } = await load.ask('finish');
  return { operation, requests: served, layers: toLayers(taken, served) };
}

await runBenchmark(plan.short, async ({ folder, say, keep }) => {
  const machine = describeMachine();
  const graph = new Graph(plan, plan.seed);
  const viewers = await chooseViewers(graph, plan.viewers, plan.seed);
  const data = await SqliteData.build(folder, 'main', graph);
  const profiles = [];
  await withFleet(['amicus'], data, viewers, plan.users, async ([amicus], load) => {
    for (const operation of PROFILED) {
      profiles.push(await profile(amicus, load, operation));
      say(operation);
    }
  });
  const root = await keep('profile', {
    machine,
    plan,
    data: { users: graph.users, edges: graph.size },
    profiles,
  });
  console.log(await writePerformance(root));
});
