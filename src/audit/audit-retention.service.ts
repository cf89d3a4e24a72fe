import type { Database, Transaction } from '../database/sql';
import type { Clock } from '../lib/clock';
import type { AuditRepository } from './audit.repository';

const DAY_MS = 24 * 60 * 60 * 1_000;
/** One transaction deletes no more, so that no writer waits long for it. */
const ROWS_PER_STEP = 500;

/** Trims acts that are older than the retention. Several servers may do it at once. */
export class AuditRetention {
  constructor(
    private readonly database: Database,
    private readonly rows: AuditRepository,
    private readonly clock: Clock,
    private readonly keepDays: number,
  ) {}

  /** One round: until nothing is left that is too old. */
  async trim(): Promise<void> {
    const beforeMs = this.clock.now() - this.keepDays * DAY_MS;
    const { rows } = this;
    await this.deleteAll((tx) => rows.deleteSubjectsBefore(tx, beforeMs, ROWS_PER_STEP));
    await this.deleteAll((tx) => rows.deleteBefore(tx, beforeMs, ROWS_PER_STEP));
  }

  private async deleteAll(step: (tx: Transaction) => Promise<number>): Promise<void> {
    while ((await this.database.transaction(step)) === ROWS_PER_STEP);
  }
}
