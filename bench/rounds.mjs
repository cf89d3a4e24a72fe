import { SERVERS, toChangeCount } from './plan.mjs';
import { requireSameEvent } from './same-event.mjs';
import { Stint } from './stint.mjs';

/**
 * Every server at one size, in every round in another order; one server at a time is there. At the largest size the
 * memory of its idle listeners is measured, too.
 */
export async function measureRounds(size, bench) {
  const { plan, say } = bench;
  const results = [];
  for (let round = 0; round < plan.rounds; round++) {
    for (let turn = 0; turn < SERVERS.length; turn++) {
      const server = SERVERS[(round + turn) % SERVERS.length];
      const stint = await Stint.start(server, size, bench);
      try {
        results.push({ server, size, round, ...(await measure(server, stint, size, bench)) });
      } finally {
        await stint.stop();
      }
      say(`${size} listeners, round ${round + 1} of ${plan.rounds}: ${server}`);
    }
  }
  return results;
}

async function measure(server, stint, size, { plan, samples }) {
  const memory = size === Math.max(...plan.sizes) ? await measureMemory(stint, size, plan) : null;
  await stint.open();
  for (let turn = 0; turn < plan.warmUps; turn++) await stint.broadcast();
  const changes = [];
  const changeCount = toChangeCount(plan, size);
  const statementsBefore = server === 'amicus' ? await stint.server.ask('statements') : null;
  for (let turn = 0; turn < changeCount; turn++) {
    const { change, sample } = await stint.broadcast();
    changes.push(change);
    requireSameEvent(samples, server, sample);
  }
  const statements =
    server === 'amicus' ? ((await stint.server.ask('statements')) - statementsBefore) / changeCount : null;
  const { live, events, lost, doubled } = await stint.tally();
  const expected = size * (plan.warmUps + changeCount);
  if (live !== size || events !== expected || lost + doubled > 0)
    throw new Error(
      `${server}: ${live} live, ${events} of ${expected} events, ${lost} lost, ${doubled} doubled`,
    );
  return { changes, memory, statements };
}

/** Bytes that each idle listener costs the server. */
async function measureMemory(stint, size, { memoryBase }) {
  await stint.open(memoryBase);
  const before = await stint.server.ask('memory');
  await stint.open();
  const after = await stint.server.ask('memory');
  const perListener = (key) => Math.round((after[key] - before[key]) / (size - memoryBase));
  return { rss: perListener('rss'), heapUsed: perListener('heapUsed'), external: perListener('external') };
}
