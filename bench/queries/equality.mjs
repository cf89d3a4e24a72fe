import { fromPostgraphile, isForPostgraphile } from './postgraphile-documents.mjs';
import { requireOperation } from './operations.mjs';
import { DATA_END_MS } from './rows.mjs';

/** Whether the server can do the operation. */
export const canDo = (contestant, operation) =>
  contestant.name !== 'postgraphile' || isForPostgraphile(operation);

/**
 * Puts the same calls to every server and throws when one answers differently. The bytes must be the same but for a
 * line end behind them, for the cursor, which is a server's own, and for when a friend was added a moment ago.
 * PostGraphile's answers must hold the same values. After writes, as many edges must be there.
 */
export async function requireEqualAnswers(contestants, load, given) {
  for (const operation of given.plan.operations.map(requireOperation)) {
    const able = contestants.filter((candidate) => canDo(candidate, operation));
    // Put once before, uncompared, so that every server begins with what the same calls have left.
    if (operation.kind === 'write') await loadAnswers(able[0], load, operation, given);
    const expected = await loadAnswers(able[0], load, operation, given);
    for (const contestant of able.slice(1)) {
      const answers = await loadAnswers(contestant, load, operation, given);
      requireSame(operation, [able[0].name, expected], [contestant.name, answers]);
    }
  }
}

async function loadAnswers({ name, address }, load, operation, { data, viewers, plan }) {
  const count = plan.samples * (operation.name === 'linkbench' ? 5 : 1);
  const answers = await load.ask('sample', { address, operation: operation.name, seed: plan.seed, count });
  const added = await settle(data, viewers, operation);
  return [...answers.map((answer) => toComparable(name, answer)), `{"data":{"added":${added}}}`];
}

/**
 * After writes: waits until nothing is under way any more and puts the rows back, so that every server begins with the
 * same ones. Gives how many edges had been added.
 */
export async function settle(data, viewers, { kind }) {
  if (kind !== 'write') return 0;
  const deadlineMs = performance.now() + 60_000;
  while ((await data.countJobs()) > 0) {
    if (performance.now() > deadlineMs)
      throw new Error('profile changes are still being told of after a minute');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return data.restore(viewers.map(({ userID }) => userID));
}

function toComparable(server, { name, variables, text }) {
  const body = server === 'postgraphile' ? translate(name, variables, text) : text.trimEnd();
  return body
    .replace(/"endCursor":"[^"]+"/, '"endCursor":"a cursor"')
    .replaceAll(/"friendAddTime":"([^"]+)"/g, (field, moment) =>
      Date.parse(moment) < DATA_END_MS ? field : '"friendAddTime":"now"',
    );
}

function requireSame({ name }, [server, expected], [other, given]) {
  expected.forEach((body, index) => {
    if (!body.startsWith('{"data":{')) throw new Error(`${name}: ${server} answered ${body}`);
    if (body === given[index]) return;
    const at = [...body].findIndex((character, position) => character !== given[index][position]);
    const show = (text) => `…${text.slice(Math.max(0, at - 60), at + 60)}…`;
    throw new Error(
      `${name}: answer ${index} differs at character ${at}\n${server}: ${show(body)}\n${other}: ${show(given[index])}`,
    );
  });
}

/** An answer without data as it is. */
function translate(name, variables, text) {
  const { data } = JSON.parse(text);
  return data ? JSON.stringify({ data: fromPostgraphile(name, variables, data) }) : text;
}
