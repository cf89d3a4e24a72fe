import type { EventType, StoredEvent } from './friendship-event';

/** Why the history does not reach back to a cursor: it was trimmed below it, or the stream is another one. */
export type GapReason = 'TRIMMED' | 'OTHER_EPOCH';

/** Tells where the stream stands; always the first delivery. */
export interface StreamOpenedFact {
  type: 'STREAM_OPENED';
  /** The position that delivery starts behind. */
  seq: number;
  recovered: boolean;
  /** Null when recovered. */
  reason: GapReason | null;
  occurredAtMs: number;
}

export interface Delivery {
  event: StoredEvent | StreamOpenedFact;
  cursor: string;
}

interface SubscriptionOptions {
  seq: number;
  types: ReadonlySet<EventType> | null;
  toDelivery: (event: Delivery['event']) => Delivery;
  onTooSlow: () => void;
  /** There is room again for what was left in the log. */
  onDrained: () => void;
  onEnd: () => void;
}

const QUEUE_LIMIT = 256;
/** How long a full queue may stand untouched before its reader counts as too slow. */
const STALL_MS = 2_000;

/**
 * One device's place in its user's stream, with a bounded queue in front of it. An iterator object and not an
 * `async function*`: there, `return()` waits for the pending `next()` and the listener leaks.
 */
export class EventSubscription implements AsyncIterableIterator<Delivery> {
  private readonly queue: Delivery[] = [];
  private waiting: {
    resolve: (result: IteratorResult<Delivery>) => void;
    reject: (error: unknown) => void;
  } | null = null;
  private failure: { error: Error } | null = null;
  private ended = false;
  /** The last event that was queued or passed over; the next one to read from the log follows it. */
  seq: number;
  /** The stream holds more than there was room for. */
  private behind = false;
  /** When the queue was first found full with nothing taken from it since; null while it moves. */
  private stalledAtMs: number | null = null;

  constructor(private readonly options: SubscriptionOptions) {
    this.seq = options.seq;
  }

  open(fact: StreamOpenedFact): void {
    this.push(this.options.toDelivery(fact));
  }

  /**
   * False while the queue is full: the rest stays in the log until the reader has taken some. A reader that takes
   * nothing for two seconds although more is waiting is too slow: it is told so and ended.
   */
  hasRoom(nowMs: number): boolean {
    if (this.queue.length < QUEUE_LIMIT) return true;
    this.behind = true;
    this.stalledAtMs ??= nowMs;
    if (nowMs - this.stalledAtMs >= STALL_MS) {
      this.endTooSlow();
    }
    return false;
  }

  private endTooSlow(): void {
    void this.return();
    this.options.onTooSlow();
  }

  /**
   * Queues what follows its position, in order, as far as there is room; the rest is read again later. A stream is
   * dense: where it is not, its history was trimmed under a reader that was too slow for it, who is told so and ended,
   * never given a part.
   */
  offer(events: readonly StoredEvent[]): void {
    for (const event of events) {
      if (event.seq <= this.seq) continue;
      if (this.queue.length >= QUEUE_LIMIT) {
        this.behind = true;
        return;
      }
      if (event.seq !== this.seq + 1) {
        this.endTooSlow();
        return;
      }
      this.seq = event.seq;
      const wanted = this.options.types === null || this.options.types.has(event.type);
      if (wanted) this.push(this.options.toDelivery(event));
    }
  }

  /** Rejects the pending and every later `next()`. */
  fail(error: unknown): void {
    const { waiting } = this;
    this.failure = { error: error instanceof Error ? error : new Error(String(error)) };
    void this.return();
    if (waiting !== null) waiting.reject(error);
  }

  next(): Promise<IteratorResult<Delivery>> {
    const delivery = this.queue.shift();
    if (delivery !== undefined) {
      this.stalledAtMs = null;
      if (this.behind && this.queue.length <= QUEUE_LIMIT / 2) {
        this.behind = false;
        this.options.onDrained();
      }
      return Promise.resolve({ value: delivery, done: false });
    }
    if (this.failure !== null) return Promise.reject(this.failure.error);
    if (this.ended) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
    });
  }

  return(): Promise<IteratorResult<Delivery>> {
    const end = { value: undefined, done: true } as const;
    if (!this.ended) {
      this.ended = true;
      this.queue.length = 0;
      this.options.onEnd();
      if (this.failure === null) this.waiting?.resolve(end);
      this.waiting = null;
    }
    return Promise.resolve(end);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private push(delivery: Delivery): void {
    if (this.ended) return;
    if (this.waiting === null) {
      this.queue.push(delivery);
      return;
    }
    this.waiting.resolve({ value: delivery, done: false });
    this.waiting = null;
  }
}
