import { Child } from '../children.mjs';
import { Contestant } from './fleet.mjs';
import { Graph } from './graph.mjs';
import { requireOperation } from './operations.mjs';
import { chooseViewers } from './viewers.mjs';
import { measureWindow, warmUp } from './window.mjs';

/** The page and the batch. */
export const GROWING = ['friend-page', 'friends-info'];
const SERVERS = ['amicus', 'raw'];

/**
 * The same page and batch over more and more data. All sizes are there at once and take turns, so that what one costs
 * more than the other is not the weather.
 */
export async function measureGrowth(engine, build, { plan, say }) {
  const opened = [];
  const load = await Child.start('./queries/load.mjs');
  try {
    for (const size of plan.growth) opened.push(await openSize(engine, size, build, { plan, say }));
    const windows = await measureSizes(engine, opened, load, { plan, say });
    return { sizes: opened.map(describeSize), windows };
  } finally {
    await load.kill();
    for (const { contestants, data } of opened) {
      await Promise.all(contestants.map((contestant) => contestant.stop()));
      await data.remove();
    }
  }
}

async function openSize(engine, size, build, { plan, say }) {
  const graph = new Graph(size, plan.seed);
  const viewers = await chooseViewers(graph, plan.viewers, plan.seed);
  const startedMs = performance.now();
  const data = await build(`growth-${graph.size}`, graph);
  const fillSeconds = Math.round((performance.now() - startedMs) / 1000);
  say(`${engine}: ${graph.size} edges written in ${fillSeconds} s`);
  const contestants = await Promise.all(SERVERS.map((name) => Contestant.start(name, data)));
  return { engine, users: size.users, edges: graph.size, viewers, data, contestants, fillSeconds };
}

const describeSize = ({ engine, users, edges, viewers, fillSeconds }) => ({
  engine,
  users,
  edges,
  viewers: viewers.length,
  fillSeconds,
});

async function measureSizes(engine, sizes, load, { plan, say }) {
  const windows = [];
  for (let round = -1; round < plan.rounds; round++) {
    for (const operation of GROWING.map(requireOperation)) {
      for (let turn = 0; turn < sizes.length; turn++) {
        const { users, edges, viewers, data, contestants } = sizes[(round + 1 + turn) % sizes.length];
        await load.ask('setViewers', { viewers, users });
        for (const contestant of contestants) {
          const given = { seed: plan.seed + 2 + round, data, viewers, plan };
          // The first time is for getting warm.
          if (round < 0) await warmUp(contestant, load, operation, given);
          else {
            const window = await measureWindow(contestant, load, operation, given);
            windows.push({
              engine,
              edges,
              operation: operation.name,
              server: contestant.name,
              round,
              ...window,
            });
          }
        }
      }
    }
    if (round >= 0) say(`${engine}: growth, round ${round + 1} of ${plan.rounds}`);
  }
  return windows;
}
