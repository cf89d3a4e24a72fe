import { nowMs } from './clock.mjs';

/**
 * The child's end of the control channel: answers the parent's questions by `answers[name](argument)` and ends with
 * the parent. `ready` is what the parent gets first.
 *
 * @param {Record<string, (argument: any) => unknown>} answers
 */
export function answerParent(answers, ready = {}) {
  process.on('message', async ({ id, name, argument }) => {
    try {
      process.send({ id, value: await answers[name](argument) });
    } catch (error) {
      process.send({ id, error: error.stack });
    }
  });
  process.on('disconnect', () => process.exit());
  // Ctrl-C reaches the whole group; the parent decides when its children end.
  process.on('SIGINT', () => undefined);
  process.send({ ready });
}

let committedMs = 0;
let appendedMs = 0;

/** Called by a server at every commit, or where it would be; the first one after `watchCommit` counts. */
export function markCommit() {
  if (committedMs === 0) committedMs = nowMs();
}

/** Called by a server that keeps events where it begins to commit those of the listeners, the same way. */
export function markAppend() {
  if (appendedMs === 0) appendedMs = nowMs();
}

/** What every measured server tells about itself. */
export const selfReport = {
  watchCommit: () => {
    committedMs = 0;
    appendedMs = 0;
  },
  /** Where nothing is kept, the events are there with the change. */
  commits: () => ({ committedMs, appendedMs: appendedMs || committedMs }),
  cpuMs: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
  /** Bytes, when all that can be freed is. */
  memory: async () => {
    for (let turn = 0; turn < 4; turn++) {
      globalThis.gc();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const { rss, heapUsed, external } = process.memoryUsage();
    return { rss, heapUsed, external };
  },
};
