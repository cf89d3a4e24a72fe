import type { Database, Transaction } from '../database/sql';

/** Deletes what no longer limits how often a user may ask. */
export class ApplicationRateRepository {
  constructor(private readonly database: Database) {}

  /** Whether there is anything to delete up to these moments. */
  async hasOld(askedUntilMs: number, refusedUntilMs: number): Promise<boolean> {
    const rows = await this.database.reader.all(
      `SELECT 1 FROM application_rate WHERE asked_at <= $1
        UNION ALL SELECT 1 FROM refusal WHERE refused_at <= $2 LIMIT 1`,
      [askedUntilMs, refusedUntilMs],
    );
    return rows.length > 0;
  }

  /** Deletes at most `limit` rows up to a moment. */
  async trimAskings(tx: Transaction, untilMs: number, limit: number): Promise<void> {
    await tx.all(
      `DELETE FROM application_rate WHERE asked_at <= $1 AND (owner_id, asked_at) IN
        (SELECT owner_id, asked_at FROM application_rate WHERE asked_at <= $1 LIMIT $2)`,
      [untilMs, limit],
    );
  }

  /** The same of refusals. One that is renewed meanwhile stays. */
  async trimRefusals(tx: Transaction, untilMs: number, limit: number): Promise<void> {
    await tx.all(
      `DELETE FROM refusal WHERE refused_at <= $1 AND (owner_id, peer_id) IN
        (SELECT owner_id, peer_id FROM refusal WHERE refused_at <= $1 LIMIT $2)`,
      [untilMs, limit],
    );
  }
}
