import type { GapReason, StreamOpenedFact } from './delivery';
import type { EventPlace } from './event-cursor';
import type { StreamPosition } from './friendship-event';

/** Those who are told the same of their opening share a fact. */
export class OpenedFacts {
  private readonly facts = new Map<GapReason | null, StreamOpenedFact>();

  constructor(private readonly occurredAtMs: number) {}

  find(reason: GapReason | null): StreamOpenedFact {
    let fact = this.facts.get(reason);
    if (fact === undefined) {
      const { occurredAtMs } = this;
      fact = { type: 'STREAM_OPENED', recovered: reason === null, reason, occurredAtMs };
      this.facts.set(reason, fact);
    }
    return fact;
  }
}

/** Why delivery cannot begin behind `after`; null when it can. */
export function findGap(after: EventPlace, position: StreamPosition): GapReason | null {
  if (after.epoch !== position.epoch || after.seq > position.head) return 'OTHER_EPOCH';
  return after.seq < position.floor ? 'TRIMMED' : null;
}
