import type { Appended } from './friendship-event';

/** More than that at once is read from the log. */
const MAX_FACTS = 64;

/** Two stretches of one stream as one, or null when they do not follow on each other or are too much to keep. */
export function joinAppended(first: Appended | null, next: Appended | null): Appended | null {
  if (first === null || next === null || first.epoch !== next.epoch) return null;
  if (next.head - next.facts.length !== first.head) return null;
  const facts = [...first.facts, ...next.facts];
  return facts.length > MAX_FACTS ? null : { ...next, facts };
}
