import type { Crowd } from './crowd';
import type { Lists } from './lists';
import type { Answer } from './model';
import { toText, type Step } from './steps';
import { beginWatch, endWatch, type Watch } from './watch';

/** Steps that run at once, and a user who reads position and lists meanwhile. */
export interface Round {
  steps: Step[];
  watcher: string;
}

/** Gives the answers, in the order of the steps; the watch that was begun meanwhile joins the others. */
export async function runRound(
  crowd: Crowd,
  { steps, watcher }: Round,
  watches: Watch[],
  tell: (line: string) => void,
): Promise<Answer[]> {
  const watching = beginWatch(crowd, watcher);
  const answers = await Promise.all(steps.map((step) => crowd.run(step)));
  const told = steps.map((step, index) => `${toText(step)} → ${JSON.stringify(answers[index])}`);
  tell(told.join('\n   at once: '));
  const watch = await watching;
  if (watch !== null) watches.push(watch);
  return answers;
}

/**
 * Every device that comes back catches up with the lists as they are, from wherever it was. Only a user who was
 * deleted may find the stream begun anew.
 */
export async function expectNothingLost(
  crowd: Crowd,
  watches: readonly Watch[],
  everybody: ReadonlyMap<string, Lists>,
  tell: (line: string) => void,
  mayBeAnew: (name: string) => boolean = () => false,
): Promise<void> {
  for (const watch of watches) {
    const lists = everybody.get(watch.name);
    if (lists === undefined) continue;
    const { recovered, got, wanted, events, had } = await endWatch(crowd, watch, lists);
    tell(`${watch.name} comes back with ${had}, and gets\n   ${events.join('\n   ')}`);
    if (!recovered && mayBeAnew(watch.name)) continue;
    expect(recovered).toBe(true);
    expect(got).toEqual(wanted);
  }
}
