import { LRUCache } from 'lru-cache';
import type { FanoutWatch } from '../events/fanout-watch';
import type { TracePlace, Tracing } from './tracing';

/** How many traces a turn of the hub is told of; the rest of them end with their changes. */
const MAX_HINTED = 32;
/** How many changed profiles are remembered with their traces. */
const MAX_REQUESTED = 1_000;

/** Shows the turns of the hub in the traces of the changes that they deliver. */
export class TracedTurns {
  private hintedFrom: TracePlace[] = [];

  constructor(private readonly tracing: Tracing) {}

  hinted(): void {
    const place = this.tracing.place();
    if (place !== null && this.hintedFrom.length < MAX_HINTED) this.hintedFrom.push(place);
  }

  turn(work: () => Promise<number>): Promise<number> {
    return this.tracing.runFor('deliver events', async (later) => {
      later.continue(this.hintedFrom);
      this.hintedFrom = [];
      const deliveries = await work();
      later.set({ 'amicus.deliveries': deliveries });
      return deliveries;
    });
  }
}

/** Shows the batches in which a profile's owners are told in the trace of its last change. */
export function traceFanout(tracing: Tracing): FanoutWatch {
  const requestedFrom = new LRUCache<string, TracePlace>({ max: MAX_REQUESTED });
  return {
    requested: (userIDs) => {
      const place = tracing.place();
      for (const userID of userIDs) {
        if (place === null) requestedFrom.delete(userID);
        else requestedFrom.set(userID, place);
      }
    },
    batch: (work) =>
      tracing.runFor('tell owners of a profile', (later) =>
        work((userID) => {
          const place = requestedFrom.get(userID);
          if (place !== undefined) later.continue([place]);
        }),
      ),
  };
}
