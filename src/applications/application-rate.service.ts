import type { Database } from '../database/sql';
import type { Clock } from '../lib/clock';
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
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | null = null;
  private stopped = false;

  constructor(
    private readonly database: Database,
    private readonly rates: ApplicationRateRepository,
    private readonly clock: Clock,
    private readonly refusalCooldownMs: number,
    private readonly onError: (error: unknown) => void,
  ) {}

  start(): void {
    this.continueAfter(0);
  }

  /** Finishes the step under way. Safe to call twice. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  private continueAfter(delayMs: number): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.running = this.step();
    }, delayMs);
  }

  private async step(): Promise<void> {
    try {
      const nowMs = this.clock.now();
      const [askedUntilMs, refusedUntilMs] = [nowMs - HOUR_MS, nowMs - this.refusalCooldownMs];
      const hasOld = await this.rates.hasOld(askedUntilMs, refusedUntilMs);
      if (hasOld) {
        await this.database.transaction(async (tx) => {
          await this.rates.trimAskings(tx, askedUntilMs, ROWS_PER_STEP);
          await this.rates.trimRefusals(tx, refusedUntilMs, ROWS_PER_STEP);
        });
      }
      this.continueAfter(hasOld ? STEP_MS : ROUND_MS);
    } catch (error) {
      this.onError(error);
      this.continueAfter(ROUND_MS);
    }
  }
}
