import { setTimeout as sleep } from 'node:timers/promises';
import { nowMs } from './clock.mjs';
import { SERVERS } from './plan.mjs';
import { Stint } from './stint.mjs';

const CHANGE_EVERY_MS = 1000;

/** Everybody is cut off, misses some changes and comes back at once, while changes go on. */
export async function measureStorms(bench) {
  const { plan, say } = bench;
  const results = [];
  for (let round = 0; round < plan.stormRounds; round++) {
    for (let turn = 0; turn < SERVERS.length; turn++) {
      const server = SERVERS[(round + turn) % SERVERS.length];
      const stint = await Stint.start(server, plan.stormSize, bench);
      try {
        results.push({ server, round, ...(await measure(server, stint, plan)) });
      } finally {
        await stint.stop();
      }
      say(`storm, round ${round + 1} of ${plan.stormRounds}: ${server}`);
    }
  }
  return results;
}

async function measure(server, stint, plan) {
  await stint.open();
  await stint.broadcast();
  await stint.askAll('drop');
  for (let missed = 0; missed < plan.missedChanges; missed++) await stint.change();

  const countStatements = async () => (server === 'amicus' ? stint.server.ask('statements') : null);
  const statementsBefore = await countStatements();
  const cpuBefore = await stint.server.ask('cpuMs');
  const fromMs = nowMs();
  const [parts] = await Promise.all([
    stint.askAll('comeBack', { fromMs, overMs: plan.stormMs }),
    keepChanging(stint, fromMs + plan.stormMs),
  ]);
  const statements = await countStatements();
  const cpuMs = (await stint.server.ask('cpuMs')) - cpuBefore;

  // One more change that everybody gets: what came before it has come by then.
  await stint.broadcast();
  const caughtUpMs = nowMs() - fromMs;
  const behind = server === 'amicus' ? await stint.askAll('countBehind') : [];
  const { live, lost, doubled } = await stint.tally();
  if (live !== plan.stormSize) throw new Error(`${server}: only ${live} listeners are live after the storm`);
  return {
    allLiveMs: Math.round(Math.max(...parts.map(({ lastLiveMs }) => lastLiveMs)) - fromMs),
    caughtUpMs: Math.round(caughtUpMs),
    cuts: addUp(parts.map(({ cuts }) => cuts)),
    statements: statementsBefore === null ? null : statements - statementsBefore,
    cpuMs: Math.round(cpuMs),
    lost: behind.reduce((sum, count) => sum + count, lost),
    doubled,
  };
}

/** A change every second until then. */
async function keepChanging(stint, untilMs) {
  while (nowMs() < untilMs) {
    await stint.change();
    await sleep(Math.min(CHANGE_EVERY_MS, untilMs - nowMs()));
  }
}

function addUp(counts) {
  const total = {};
  for (const part of counts)
    for (const [key, count] of Object.entries(part)) total[key] = (total[key] ?? 0) + count;
  return total;
}
