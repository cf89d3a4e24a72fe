import * as fc from 'fast-check';
import type { Crowd } from './crowd';
import { keepCounts } from './long-results';
import type { Store } from './stores';

export interface Runs {
  count: number;
  timeoutMs: number;
}

/** How many histories to try: `MODEL_RUNS` where it is set. */
export function runsOn(store: Store, count: { sqlite: number; others: number }): Runs {
  const usual = store.name === 'SQLite' ? count.sqlite : count.others;
  const runs = Number(process.env['MODEL_RUNS'] ?? usual);
  return { count: runs, timeoutMs: 300_000 + runs * 500 };
}

/**
 * Checks a promise on random histories. One that breaks it is made as short as it goes and told step by step, with
 * the seed that gives it again (`MODEL_SEED`). `check` tells what happens, throws where the promise is broken, and gives
 * who was asked.
 */
export async function expectEveryHistory<History>(
  anyHistory: fc.Arbitrary<History>,
  { count, timeoutMs }: Runs,
  check: (history: History, tell: (line: string) => void) => Promise<Crowd>,
): Promise<void> {
  let told: string[] = [];
  const counts = { calls: 0, deliveries: 0 };
  const seed = process.env['MODEL_SEED'];
  const property = fc.asyncProperty(anyHistory, async (history) => {
    const lines: string[] = [];
    try {
      const crowd = await check(history, (line) => lines.push(line));
      counts.calls += crowd.counts.calls;
      counts.deliveries += crowd.counts.deliveries;
    } catch (error) {
      // The last history to fail is the shortest.
      told = lines;
      throw error;
    }
  });
  const outcome = await fc.check(property, {
    numRuns: count,
    // Shortening ends in time for the history to be told.
    interruptAfterTimeLimit: timeoutMs * 0.9,
    markInterruptAsFailure: true,
    ...(seed !== undefined && { seed: Number(seed) }),
  });
  if (!outcome.failed) {
    const { numRuns: histories, seed: used } = outcome;
    keepCounts(expect.getState().currentTestName ?? '', { seed: used, histories, ...counts, violations: 0 });
    return;
  }
  if (outcome.interrupted && told.length === 0)
    throw new Error(`Only ${outcome.numRuns} histories in the time.`);
  const lines = told.map((line, index) => `${index + 1}. ${line}`).join('\n');
  const why =
    outcome.errorInstance instanceof Error ? outcome.errorInstance.message : String(outcome.errorInstance);
  throw new Error(`Broken by this history (MODEL_SEED=${outcome.seed}):\n${lines}\n\n${why}`, {
    cause: outcome.errorInstance,
  });
}
