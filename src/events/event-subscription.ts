import type { Delivery, Sink, StreamOpenedFact } from './delivery';
import type { StreamPart } from './event-log.repository';
import type { EventType, StoredEvent } from './friendship-event';

interface SubscriptionOptions {
  epoch: string;
  opened: StreamOpenedFact;
  types: ReadonlySet<EventType> | null;
  sink: Sink;
  toDelivery: (event: Delivery['event']) => Delivery;
  onEnd: () => void;
}

/** How long a sink that was found full may take to have room again before its subscriber counts as too slow. */
const STALL_MS = 2_000;

/**
 * One device's place in its user's stream. What it is to be shown is pushed into its sink; as an iterator, which is
 * how GraphQL holds a subscription, it gives no value and lasts until the subscription ends. An iterator object and
 * not an `async function*`: there, `return()` waits for the pending `next()` and the listener leaks.
 */
export class EventSubscription implements AsyncIterableIterator<never> {
  /** The last event that was taken or passed over; the next one to read from the log follows it. */
  seq: number;
  readonly sink: Sink;
  private opened: Delivery | null;
  private hasEnded = false;
  private failure: Error | null = null;
  private waiting: {
    resolve: (end: IteratorReturnResult<undefined>) => void;
    reject: (error: Error) => void;
  } | null = null;
  /** When the sink was found full; null once it had room again. */
  private stalledAtMs: number | null = null;

  constructor(private readonly options: SubscriptionOptions) {
    this.seq = options.opened.seq;
    this.sink = options.sink;
    this.opened = options.toDelivery(options.opened);
  }

  get isOpen(): boolean {
    return !this.hasEnded;
  }

  /**
   * False while the subscriber has not read what it was sent: the rest stays in the log, and `onRoom` is called when
   * it has. One whose sink stays full for two seconds is sent away, also when it reads, but too slowly.
   */
  hasRoom(nowMs: number, onRoom: () => void): boolean {
    if (this.sink.hasRoom()) {
      this.stalledAtMs = null;
      return true;
    }
    if (this.stalledAtMs === null) {
      this.stalledAtMs = nowMs;
      this.sink.whenRoom(() => {
        this.stalledAtMs = null;
        onRoom();
      });
    } else if (nowMs - this.stalledAtMs >= STALL_MS) {
      this.endTooSlow();
    }
    return false;
  }

  /**
   * Whether what was read of its stream goes on where it stands; null when there is no such stream. Where it does not,
   * the history was trimmed under a subscriber that was too slow for it, or the stream is another one: it is sent
   * away, comes back with its cursor and is told.
   */
  canFollow(part: StreamPart | null): boolean {
    if (part !== null && part.epoch === this.options.epoch && part.floor <= this.seq) return true;
    this.endTooSlow();
    return false;
  }

  /**
   * Moves behind the events that follow its position and gives those to be delivered, in order. A stream is dense:
   * one that would leave a gap is sent away and never given a part.
   */
  take(events: readonly StoredEvent[]): Delivery[] {
    const taken = this.opened === null ? [] : [this.opened];
    this.opened = null;
    for (const event of events) {
      if (event.seq <= this.seq) continue;
      if (event.seq !== this.seq + 1) {
        this.endTooSlow();
        break;
      }
      this.seq = event.seq;
      const { types, toDelivery } = this.options;
      if (types === null || types.has(event.type)) taken.push(toDelivery(event));
    }
    return taken;
  }

  /** Ends with an error, now or at the next `next()`. */
  fail(error: unknown): void {
    this.failure = error instanceof Error ? error : new Error(String(error));
    void this.return();
  }

  next(): Promise<IteratorResult<never>> {
    if (this.failure !== null) return Promise.reject(this.failure);
    if (this.hasEnded) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
    });
  }

  return(): Promise<IteratorResult<never>> {
    const end = { value: undefined, done: true } as const;
    if (!this.hasEnded) {
      this.hasEnded = true;
      this.options.onEnd();
      this.sink.end();
      if (this.failure === null) this.waiting?.resolve(end);
      else this.waiting?.reject(this.failure);
      this.waiting = null;
    }
    return Promise.resolve(end);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private endTooSlow(): void {
    this.sink.closeTooSlow();
    void this.return();
  }
}
