import { setTimeout as delay } from 'node:timers/promises';

const MAX_RUNS = 10;
const FIRST_DELAY_MS = 20;
const MAX_DELAY_MS = 1_000;

/** Nothing of a run was kept, and the fault was not its own: it may be run again. */
export class Interruption extends Error {
  constructor(override readonly cause: unknown) {
    super('A run was interrupted.');
  }
}

/**
 * Runs `run` until it does anything but reject with an `Interruption`, at most ten times, waiting a little longer
 * (and by chance, so that two that met do not meet again) each time; about three seconds in all. Rejects with what
 * caused the last interruption.
 */
export async function retryInterrupted<T>(run: () => Promise<T>): Promise<T> {
  for (let count = 1; ; count++) {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof Interruption)) throw error;
      if (count === MAX_RUNS) throw error.cause;
      await delay(Math.random() * Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** count));
    }
  }
}
