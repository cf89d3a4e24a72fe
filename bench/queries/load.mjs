/** The process that asks: opens connections to one server, keeps each busy, and takes the time of every answer. */
import { setTimeout as sleep } from 'node:timers/promises';
import { nowMs } from '../clock.mjs';
import { answerParent } from '../control.mjs';
import { percentile } from '../statistics.mjs';
import { Connection } from './connection.mjs';
import { requireOperation } from './operations.mjs';
import { toRequest } from './request.mjs';
import { Acquaintance } from './viewers.mjs';

let viewers = [];
let acquaintance = null;
let run = null;

/** The viewers of one connection of so many, so that no two change the same list at once. */
const toShare = (connection, connections) =>
  viewers.filter((_viewer, index) => index % connections === connection);

function createSource(operation, connection, connections, seed) {
  return requireOperation(operation).createSource({
    viewers: toShare(connection, connections),
    acquaintance,
    seed: seed * 1000 + connection,
  });
}

/** Without an error, and without a refusal where the call can be refused. */
function isSuccess(body) {
  return body.indexOf('{"data":{') === 0 && body.indexOf('"errors"') < 0;
}

async function askAll(address, source) {
  const connection = await Connection.open(address.port);
  while (!run.stopped) {
    const call = source();
    const request = toRequest(address, call);
    const startMs = nowMs();
    const body = await connection.ask(request);
    const endMs = nowMs();
    if (!isSuccess(body)) throw new Error(`${address.server}: ${call.name} was answered ${body.toString()}`);
    if (run.counting) run.latencies.push(endMs - startMs);
    run.served++;
    run.since++;
  }
  connection.close();
}

/** Rejects when a request failed. */
async function untilServed(isEnough) {
  while (!isEnough()) await Promise.race([sleep(1), run.done]);
}

answerParent({
  /** Who asks, and among how many users. */
  setViewers: (given) => {
    viewers = given.viewers;
    acquaintance = new Acquaintance(given);
  },

  /** Begins to ask; resolves when the warm-up is over. Nothing counts yet. */
  begin: async ({ address, operation, seed, connections, warmUpMs }) => {
    run = { stopped: false, counting: false, latencies: [], served: 0, since: 0 };
    const width = Math.min(connections, viewers.length);
    const asking = Array.from({ length: width }, (_, index) =>
      askAll(address, createSource(operation, index, width, seed)),
    );
    run.done = Promise.all(asking);
    // Told by the question under way, or by the next one.
    run.done.catch(() => undefined);
    const least = requireOperation(operation).everyViewer === true ? viewers.length : 0;
    await sleep(warmUpMs);
    await untilServed(() => run.served >= least);
  },

  /** From here on requests count. */
  mark: () => {
    run.counting = true;
    run.since = 0;
    run.startMs = nowMs();
  },

  /** Stops; resolves when everything is answered. `served` are also those answered after the end. */
  finish: async () => {
    await untilServed(() => run.latencies.length > 0);
    run.counting = false;
    run.stopped = true;
    const seconds = (nowMs() - run.startMs) / 1000;
    await run.done;
    const { latencies, since } = run;
    const [p50Ms, p99Ms] = [0.5, 0.99].map((share) => percentile(latencies, share));
    return { requests: latencies.length, seconds, p50Ms, p99Ms, served: since };
  },

  /** The answers to the first calls of a seed, one after the other. */
  sample: async ({ address, operation, seed, count }) => {
    const connection = await Connection.open(address.port);
    const source = createSource(operation, 0, 1, seed);
    const answers = [];
    for (let index = 0; index < count; index++) {
      const call = source();
      const body = await connection.ask(toRequest(address, call));
      answers.push({ name: call.name, variables: call.variables, text: body.toString() });
    }
    connection.close();
    return answers;
  },
});
