import { DatabaseUnavailableError } from '../database/unavailable';
import type { Delivery, Sink, StreamOpenedFact } from './delivery';
import type { Appended, EventFact, EventType, StoredEvent, StreamPosition } from './friendship-event';

export interface SubscriptionPlace {
  userID: string;
  epoch: string;
  /** Delivery starts behind it. */
  seq: number;
}

/**
 * How long nothing of a full sink may be read before its subscriber counts as too slow. That it reads shows when the
 * system takes more, which it may do by the megabyte: for who reads 100 KB a second, every 13 seconds.
 */
const STALL_MS = 15_000;

/**
 * One device's place in its user's stream. What it is to be shown is pushed into its sink; as an iterator, which is
 * how GraphQL holds a subscription, it gives no value and lasts until the subscription ends. An iterator object and
 * not an `async function*`: there, `return()` waits for the pending `next()` and the listener leaks.
 */
export class EventSubscription implements AsyncIterableIterator<never> {
  readonly userID: string;
  /** The last event that was taken or passed over; the next one to read from the log follows it. */
  seq: number;
  /** Whether it ended because its subscriber did not keep up. */
  wasSentAway = false;
  private readonly epoch: string;
  private hasEnded = false;
  private failure: Error | null = null;
  private waiting: {
    resolve: (end: IteratorReturnResult<undefined>) => void;
    reject: (error: Error) => void;
  } | null = null;
  /** Since when the sink is full and has given no more than this; null while it has room. */
  private stall: { sinceMs: number; takenBytes: number } | null = null;

  /** `opened` is the first delivery. `types` null takes every kind. `onEnd` is called once. */
  constructor(
    { userID, epoch, seq }: SubscriptionPlace,
    private opened: StreamOpenedFact | null,
    private readonly types: ReadonlySet<EventType> | null,
    readonly sink: Sink,
    private readonly onEnd: (subscription: EventSubscription) => void,
  ) {
    this.userID = userID;
    this.epoch = epoch;
    this.seq = seq;
  }

  get isOpen(): boolean {
    return !this.hasEnded;
  }

  /**
   * False while the subscriber has not read what it was sent: the rest stays in the log. One that has read nothing for
   * fifteen seconds since its sink was first found full is sent away; one that reads, however slowly, is not. `nowMs` is a
   * time that never goes back.
   */
  hasRoom(nowMs: number): boolean {
    if (this.sink.hasRoom()) {
      this.stall = null;
      return true;
    }
    const { takenBytes } = this.sink;
    if (this.stall === null || takenBytes > this.stall.takenBytes)
      this.stall = { sinceMs: nowMs, takenBytes };
    else if (nowMs - this.stall.sinceMs >= STALL_MS) this.sendAway();
    return false;
  }

  /** Whether these events are the next ones: nothing needs to be read between. */
  isNext({ epoch, head, facts }: Appended): boolean {
    return epoch === this.epoch && head - facts.length === this.seq;
  }

  /**
   * Whether what was read of its stream goes on where it stands. Null when there is no such stream: its user was
   * deleted, and it ends. Otherwise the history was trimmed under a subscriber that was too slow for it, or the stream is
   * another one: it is sent away, comes back with its cursor and is told. One that was not told of its opening yet is
   * told now, and begins at the head.
   */
  canFollow(part: StreamPosition | null): boolean {
    if (part === null) {
      void this.return();
      return false;
    }
    if (part.epoch === this.epoch) {
      if (part.floor <= this.seq) return true;
      if (this.opened !== null) {
        this.seq = part.head;
        this.opened = { ...this.opened, recovered: false, reason: 'TRIMMED' };
        return true;
      }
    }
    this.sendAway();
    return false;
  }

  /**
   * Moves behind the events that follow its position and gives those to be delivered, in order. A stream is dense:
   * one that would leave a gap is sent away and never given a part.
   */
  take(events: readonly StoredEvent[]): Delivery[] {
    const taken = this.takeOpened();
    for (const { seq, fact } of events) {
      if (seq <= this.seq) continue;
      if (seq !== this.seq + 1) {
        this.sendAway();
        break;
      }
      this.takeFact(fact, taken);
    }
    return taken;
  }

  /** `take` for events that are the next ones. */
  takeNext({ facts }: Appended): Delivery[] {
    const [only] = facts;
    // Nearly all that is delivered; a list that grows would make room for seventeen.
    if (only !== undefined && facts.length === 1 && this.opened === null) {
      this.seq++;
      return this.wants(only) ? [this.toDelivery(this.seq, only)] : [];
    }
    const taken = this.takeOpened();
    for (const fact of facts) this.takeFact(fact, taken);
    return taken;
  }

  /** What was taken behind this place was not sent: it is taken again. */
  stepBack(seq: number): void {
    this.seq = seq;
  }

  /**
   * Ends with an error, now or at the next `next()`. While the database cannot be reached the subscriber is sent away
   * instead: clients come back by themselves from a closed socket, and from nothing else. Does nothing once it has ended:
   * the socket may be there for others.
   */
  fail(error: unknown): void {
    if (this.hasEnded) return;
    if (error instanceof DatabaseUnavailableError) this.sink.closeUnavailable();
    else this.failure = error instanceof Error ? error : new Error(String(error));
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
      this.onEnd(this);
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

  private takeOpened(): Delivery[] {
    if (this.opened === null) return [];
    const taken = [this.toDelivery(this.seq, this.opened)];
    this.opened = null;
    return taken;
  }

  private takeFact(fact: EventFact, taken: Delivery[]): void {
    this.seq++;
    if (this.wants(fact)) taken.push(this.toDelivery(this.seq, fact));
  }

  private wants({ type }: EventFact): boolean {
    return this.types === null || this.types.has(type);
  }

  private toDelivery(seq: number, fact: Delivery['fact']): Delivery {
    return { userID: this.userID, epoch: this.epoch, seq, fact };
  }

  private sendAway(): void {
    this.wasSentAway = true;
    this.sink.closeTooSlow();
    void this.return();
  }
}
