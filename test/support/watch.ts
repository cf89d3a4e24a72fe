import type { Crowd } from './crowd';
import type { Lists } from './lists';
import { toComparable, toCopy, type Copy } from './replay';
import { catchUp } from './stream';

/** A device that read its position, then its lists, and then went away. */
export interface Watch {
  name: string;
  after: string;
  copy: Copy;
}

/** Null when the user is deleted meanwhile. */
export async function beginWatch(crowd: Crowd, name: string): Promise<Watch | null> {
  try {
    const after = await crowd.position(name);
    return { name, after, copy: toCopy(await crowd.lists(name)) };
  } catch (error) {
    if (String(error).includes('FORBIDDEN')) return null;
    throw error;
  }
}

/** What a device that comes back with its old lists ends with once it has caught up, beside what it should have. */
export async function endWatch(
  crowd: Crowd,
  { name, after, copy }: Watch,
  now: Lists,
): Promise<{ recovered: boolean; got: unknown; wanted: unknown; events: string[]; had: string }> {
  const had = JSON.stringify(toComparable(copy));
  const { recovered, events } = await catchUp(crowd, name, after, copy, now);
  return {
    had,
    recovered,
    got: toComparable(copy),
    wanted: toComparable(toCopy(now)),
    events: events.map(({ type, ...event }) => `${event.seq} ${type} ${toFactsText(event)}`),
  };
}

/** What an event says beside its place. */
function toFactsText(event: object): string {
  const places = ['__typename', 'seq', 'cursor', 'occurredAt'];
  return JSON.stringify(Object.fromEntries(Object.entries(event).filter(([key]) => !places.includes(key))));
}
