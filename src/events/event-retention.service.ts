import { setImmediate } from 'node:timers/promises';
import type { Database } from '../database/sql';
import type { Clock } from '../lib/clock';
import { Repeating } from '../lib/repeating';
import type { EventRetentionRepository, TrimmableStream } from './event-retention.repository';

export interface RetentionLimits {
  /** How many days events are kept. */
  days: number;
  /** How many events of one user are kept. */
  count: number;
}

const DAY_MS = 24 * 60 * 60 * 1_000;
const STREAMS_PER_STEP = 200;
/** One transaction deletes no more, so that no writer waits long for it. */
const EVENTS_PER_TRANSACTION = 500;
/** Between two steps of a round, so that trimming never has the database to itself. */
const STEP_MS = 20;
const ROUND_MS = 10 * 60 * 1_000;

/**
 * Trims what is older than the retention, stream by stream, in the background: at the start and every ten minutes.
 * Several nodes may do it at once; each step is the same whoever takes it.
 */
export class EventRetention {
  private readonly steps: Repeating;
  /** The last stream that was looked at in this round; empty before the first. */
  private reached = '';

  constructor(
    private readonly database: Database,
    private readonly streams: EventRetentionRepository,
    private readonly clock: Clock,
    private readonly limits: RetentionLimits,
    onError: (error: unknown) => void,
  ) {
    this.steps = new Repeating(() => this.step(), ROUND_MS, onError);
  }

  start(): void {
    this.steps.start();
  }

  /** Finishes the step under way. Safe to call twice. */
  stop(): Promise<void> {
    return this.steps.stop();
  }

  private async step(): Promise<number> {
    const from = this.reached;
    this.reached = '';
    const keepSinceMs = this.clock.now() - this.limits.days * DAY_MS;
    const streams = await this.streams.loadStreams(from, STREAMS_PER_STEP, keepSinceMs, this.limits.count);
    for (const stream of streams) {
      // Before it is trimmed: one that fails each time must not keep the others from their turn.
      this.reached = stream.userID;
      await this.trim(stream);
    }
    return streams.length === 0 ? ROUND_MS : STEP_MS;
  }

  private async trim(stream: TrimmableStream): Promise<void> {
    const { floor, newFloor } = stream;
    for (let next = floor; next < newFloor && !this.steps.isStopped;) {
      next = Math.min(next + EVENTS_PER_TRANSACTION, newFloor);
      const upTo = next;
      // An embedded database answers at once: without a pause nobody else would have a turn until all is trimmed.
      await setImmediate();
      await this.database.transaction((tx) => this.streams.trim(tx, stream, upTo));
    }
  }
}
