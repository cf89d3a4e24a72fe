import { DatabaseUnavailableError } from '../database/unavailable';
import { notRegistered } from '../errors';
import type { Clock } from '../lib/clock';
import type { Sink, StreamOpenedFact } from './delivery';
import type { EventPlace } from './event-cursor';
import type { EventLog } from './event-log.repository';
import type { EventSubscription, SubscriptionPlace } from './event-subscription';
import type { EventType, StreamPosition } from './friendship-event';
import { findGap, OpenedFacts } from './opened-facts';

/** How long openings are gathered after some were made: those of a storm are read and shown together. */
const GATHER_MS = 20;

const STOPPED = new Error('The hub has stopped: nothing can be listened to any more.');

export interface ListenRequest {
  userID: string;
  /** Delivery starts behind this place; null means at the head. */
  after: EventPlace | null;
  /** Null delivers every kind. */
  types: ReadonlySet<EventType> | null;
  sink: Sink;
}

interface Opening {
  request: ListenRequest;
  resolve: (subscription: EventSubscription) => void;
  reject: (error: unknown) => void;
}

/** Begins a subscription at a place, where `opened` is what it is told first. */
type Open = (request: ListenRequest, place: SubscriptionPlace, opened: StreamOpenedFact) => EventSubscription;

/** Those who want to listen, until it is known where their streams stand. One read serves all who came meanwhile. */
export class Openings {
  private waiting: Opening[] = [];
  /** When some were last made. */
  private openedAtMs = -GATHER_MS;
  private gathering: NodeJS.Timeout | undefined;
  private stopped = false;

  /** `onDue` is called when `openAll` has something to do, for each who comes then. */
  constructor(
    private readonly log: EventLog,
    private readonly clock: Clock,
    private readonly onDue: () => void,
    private readonly open: Open,
  ) {}

  /**
   * Resolves once it is open. Rejects with FORBIDDEN when there is no such user, and with what the read fails with; while
   * the database cannot be reached, the subscriber is sent away as well.
   */
  add(request: ListenRequest): Promise<EventSubscription> {
    return new Promise((resolve, reject) => {
      if (this.stopped) {
        reject(STOPPED);
        return;
      }
      this.waiting.push({ request, resolve, reject });
      const waitMs = this.openedAtMs + GATHER_MS - performance.now();
      if (waitMs <= 0) this.onDue();
      else
        this.gathering ??= setTimeout(() => {
          this.gathering = undefined;
          this.onDue();
        }, waitMs);
    });
  }

  get areDue(): boolean {
    return this.waiting.length > 0 && this.gathering === undefined;
  }

  /** Opens or rejects each that waits now. Never rejects itself. */
  async openAll(): Promise<void> {
    const openings = this.waiting;
    this.waiting = [];
    this.openedAtMs = performance.now();
    try {
      const positions = await this.log.loadPositions([
        ...new Set(openings.map(({ request }) => request.userID)),
      ]);
      const facts = new OpenedFacts(this.clock.now());
      for (const { request, resolve, reject } of openings) {
        const position = positions.get(request.userID);
        if (this.stopped) reject(STOPPED);
        else if (position === undefined) reject(notRegistered(request.userID));
        else resolve(this.openAt(position, request, facts));
      }
    } catch (error) {
      for (const { request, reject } of openings) {
        if (error instanceof DatabaseUnavailableError) request.sink.closeUnavailable();
        reject(error);
      }
    }
  }

  /** Rejects all that wait and all that come. Safe to call twice. */
  stop(): void {
    this.stopped = true;
    clearTimeout(this.gathering);
    for (const { reject } of this.waiting.splice(0)) reject(STOPPED);
  }

  private openAt(position: StreamPosition, request: ListenRequest, facts: OpenedFacts): EventSubscription {
    const { userID, after } = request;
    const { epoch, head } = position;
    const reason = after === null ? null : findGap(after, position);
    const seq = after === null || reason !== null ? head : after.seq;
    return this.open(request, { userID, epoch, seq }, facts.find(reason));
  }
}
