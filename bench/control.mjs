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
let writtenMs = 0;
/** The processor time that the process had taken when it began to deliver. */
let cpuBeforeMs = 0;

/** Called by a server at every commit, or where it would be; the first one after `watchCommit` counts. */
export function markCommit() {
  if (committedMs > 0) return;
  committedMs = nowMs();
  cpuBeforeMs = readCpuMs();
}

/** Called by a server that keeps events where it begins to commit those of the listeners, the same way. */
export function markAppend() {
  if (appendedMs === 0) appendedMs = nowMs();
}

/** Called by such a server when that commit has ended, and the events may be delivered. */
export function markWritten() {
  if (writtenMs > 0) return;
  writtenMs = nowMs();
  cpuBeforeMs = readCpuMs();
}

function readCpuMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** What every measured server tells about itself. */
export const selfReport = {
  watchCommit: () => {
    committedMs = 0;
    appendedMs = 0;
    writtenMs = 0;
  },
  /** Where nothing is kept, the events are there with the change. */
  commits: () => ({
    committedMs,
    appendedMs: appendedMs || committedMs,
    writtenMs: writtenMs || committedMs,
    /** Since then. */
    deliveryCpuMs: readCpuMs() - cpuBeforeMs,
  }),
  cpuMs: readCpuMs,
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
