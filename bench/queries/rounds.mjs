import { canDo, requireEqualAnswers } from './equality.mjs';
import { withFleet } from './fleet.mjs';
import { requireOperation } from './operations.mjs';
import { toServers } from './plan.mjs';
import { measureWindow, warmUp } from './window.mjs';

/**
 * Every operation on every server over one database. A round has one window of each; the servers take turns within an
 * operation, each round another one first, so that those which are compared are measured within seconds.
 */
export async function measureRounds(data, viewers, { plan, say }) {
  const names = toServers(data.engine, plan.servers);
  const operations = plan.operations.map(requireOperation);
  return withFleet(names, data, viewers, plan.users, async (contestants, load) => {
    const given = { data, viewers, plan };
    await requireEqualAnswers(contestants, load, given);
    say(`${data.engine}: all servers give equal answers`);
    for (const operation of operations)
      for (const contestant of contestants.filter((candidate) => canDo(candidate, operation)))
        await warmUp(contestant, load, operation, { ...given, seed: plan.seed + 1 });
    const windows = [];
    for (let round = 0; round < plan.rounds; round++) {
      for (const operation of operations) {
        for (let turn = 0; turn < contestants.length; turn++) {
          const contestant = contestants[(round + turn) % contestants.length];
          if (!canDo(contestant, operation)) continue;
          const seed = plan.seed + 2 + round;
          const window = await measureWindow(contestant, load, operation, { ...given, seed });
          windows.push({
            engine: data.engine,
            operation: operation.name,
            server: contestant.name,
            round,
            ...window,
          });
        }
      }
      say(`${data.engine}: round ${round + 1} of ${plan.rounds}`);
    }
    const memory = [];
    for (const contestant of contestants)
      memory.push({ engine: data.engine, server: contestant.name, ...(await contestant.ask('memory')) });
    return { windows, memory };
  });
}
