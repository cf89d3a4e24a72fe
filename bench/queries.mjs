/** The benchmark of queries: `npm run bench`, or with BENCH_SHORT=1 a short form that only shows it works. */
import { describeMachine } from './machine.mjs';
import { degreeSource } from './queries/degrees.mjs';
import { Graph } from './queries/graph.mjs';
import { plan } from './queries/plan.mjs';
import { writeQueryReport } from './queries/report.mjs';
import { measureRounds } from './queries/rounds.mjs';
import { runOnEngines } from './queries/run.mjs';
import { chooseViewers } from './queries/viewers.mjs';

async function measure(builders, say) {
  const result = { machine: describeMachine(), plan, degreeSource, windows: [], memory: [] };
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
  }
  return result;
}

await runOnEngines({
  name: 'queries',
  engines: plan.engines,
  isKept: plan.isKept,
  measure,
  writeReport: writeQueryReport,
});
