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
  const sizes = [];
  const load = await Child.start('./queries/load.mjs');
  try {
    for (const size of plan.growth) {
      sizes.push(await openSize(size, build, plan));
      say(`${engine}: ${sizes.at(-1).edges} edges`);
    }
    return await measureSizes(engine, sizes, load, { plan, say });
  } finally {
    await load.kill();
    for (const { contestants, data } of sizes) {
      await Promise.all(contestants.map((contestant) => contestant.stop()));
      await data.remove();
    }
  }
}

async function openSize(size, build, plan) {
  const graph = new Graph(size, plan.seed);
  const viewers = await chooseViewers(graph, plan.viewers, plan.seed);
  const data = await build(`growth-${graph.size}`, graph);
  const contestants = await Promise.all(SERVERS.map((name) => Contestant.start(name, data)));
  return { users: size.users, edges: graph.size, viewers, data, contestants };
}

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
  }
  say(`${engine}: growth measured`);
  return windows;
}
