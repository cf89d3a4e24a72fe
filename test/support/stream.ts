import type { Crowd } from './crowd';
import type { Lists } from './lists';
import { TestListener, type ReceivedEvent } from './listener';
import { applyEvent, type Copy } from './replay';

/** Profile changes reach the owners of a list after the call that made them; none takes as long as this. */
const PATIENCE_MS = 60_000;

export interface Stretch {
  /** False when the stream no longer reaches back to where it was to be read from: the user was created anew. */
  recovered: boolean;
  /** In order, ids as names. */
  events: ReceivedEvent[];
}

/**
 * Lets a device that has `copy` from about `after` catch up: applies what it gets until it stands where the stream
 * stands now, has heard of every profile that `now` shows, and `isComplete`. Throws where `seq` has a gap.
 */
export async function catchUp(
  crowd: Crowd,
  name: string,
  after: string,
  copy: Copy,
  now: Lists,
  isComplete: (events: readonly ReceivedEvent[]) => boolean = () => true,
): Promise<Stretch> {
  const until = await crowd.position(name);
  if (until === after && !isWaiting(copy, now) && isComplete([])) return { recovered: true, events: [] };
  const { listener, opened } = await TestListener.open(crowd.server, crowd.id(name), { after });
  try {
    const events: ReceivedEvent[] = [];
    const recovered = opened['recovered'] === true;
    let reached = !recovered || until === after;
    while (!reached || (recovered && (isWaiting(copy, now) || !isComplete(events)))) {
      const event = await nextInTime(listener);
      if (event === null) break;
      const due = opened.seq + events.length + 1;
      if (event.seq !== due) throw new Error(`${name} got event ${event.seq} where ${due} was due`);
      events.push(crowd.toNames(event));
      crowd.counts.deliveries++;
      applyEvent(copy, crowd.toNames(event));
      reached ||= event.cursor === until;
    }
    return { recovered, events };
  } finally {
    await listener.stop();
  }
}

/** Whether the copy has a friend's profile of before. */
function isWaiting(copy: Copy, { friends }: Lists): boolean {
  return friends.some(({ userID, nick }) => (copy.friends.get(userID)?.nick ?? nick) !== nick);
}

/** Null when nothing comes: what is missing then is told by the comparison that follows. */
async function nextInTime(listener: TestListener): Promise<ReceivedEvent | null> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<null>((resolve) => {
    timer = setTimeout(() => {
      resolve(null);
    }, PATIENCE_MS);
  });
  try {
    return await Promise.race([listener.next(), tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
