import type { Database } from '../database/sql';
import type { Clock } from '../lib/clock';
import { Repeating } from '../lib/repeating';
import type { ApplicationRateRepository } from './application-rate.repository';

const HOUR_MS = 60 * 60 * 1_000;
/** One transaction deletes no more of a table, so that no writer waits long for it. */
const ROWS_PER_STEP = 500;
const STEP_MS = 20;
const ROUND_MS = 10 * 60 * 1_000;

/**
 * Deletes the requests that count no more and the refusals that are over, in the background: at the start and every
 * ten minutes. Several nodes may do it at once.
 */
export class ApplicationRateTrimming {
  private readonly steps: Repeating;

  constructor(
    private readonly database: Database,
    private readonly rates: ApplicationRateRepository,
    private readonly clock: Clock,
    private readonly refusalCooldownMs: number,
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
    const nowMs = this.clock.now();
    const [askedUntilMs, refusedUntilMs] = [nowMs - HOUR_MS, nowMs - this.refusalCooldownMs];
    if (!(await this.rates.hasOld(askedUntilMs, refusedUntilMs))) return ROUND_MS;
    await this.database.transaction(async (tx) => {
      await this.rates.trimAskings(tx, askedUntilMs, ROWS_PER_STEP);
      await this.rates.trimRefusals(tx, refusedUntilMs, ROWS_PER_STEP);
    });
    return STEP_MS;
  }
}
