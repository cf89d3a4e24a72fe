import { setImmediate } from 'node:timers/promises';
import type { Database } from '../database/sql';
import type { Clock } from '../lib/clock';
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
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | null = null;
  private stopped = false;

  constructor(
    private readonly database: Database,
    private readonly streams: EventRetentionRepository,
    private readonly clock: Clock,
    private readonly limits: RetentionLimits,
    private readonly onError: (error: unknown) => void,
  ) {}

  start(): void {
    this.continueAfter('', 0);
  }

  /** Finishes the step under way. Safe to call twice. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  private continueAfter(userID: string, delayMs: number): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.running = this.step(userID);
    }, delayMs);
  }

  private async step(userID: string): Promise<void> {
    let reached = '';
    try {
      const keepSinceMs = this.clock.now() - this.limits.days * DAY_MS;
      const streams = await this.streams.loadStreams(
        userID,
        STREAMS_PER_STEP,
        keepSinceMs,
        this.limits.count,
      );
      for (const stream of streams) {
        reached = stream.userID;
        await this.trim(stream);
      }
      const last = streams.at(-1);
      if (last === undefined) this.continueAfter('', ROUND_MS);
      else this.continueAfter(last.userID, STEP_MS);
    } catch (error) {
      this.onError(error);
      // Behind the stream that failed: one that does so each time must not keep the others from their turn.
      this.continueAfter(reached, ROUND_MS);
    }
  }

  private async trim(stream: TrimmableStream): Promise<void> {
    const { floor, newFloor } = stream;
    for (let next = floor; next < newFloor && !this.stopped;) {
      next = Math.min(next + EVENTS_PER_TRANSACTION, newFloor);
      const upTo = next;
      // An embedded database answers at once: without a pause nobody else would have a turn until all is trimmed.
      await setImmediate();
      await this.database.transaction((tx) => this.streams.trim(tx, stream, upTo));
    }
  }
}
