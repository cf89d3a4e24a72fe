import type { Transaction } from '../database/sql';

/** Deletes what no longer limits how often a user may ask. */
export class ApplicationRateRepository {
  /** Deletes at most `limit` rows up to a moment, and gives how many it deleted. */
  async trimAskings(tx: Transaction, untilMs: number, limit: number): Promise<number> {
    const rows = await tx.all(
      `DELETE FROM application_rate WHERE asked_at <= $1 AND (owner_id, asked_at) IN
        (SELECT owner_id, asked_at FROM application_rate WHERE asked_at <= $1 LIMIT $2) RETURNING owner_id`,
      [untilMs, limit],
    );
    return rows.length;
  }

  /** The same of refusals. One that is renewed meanwhile stays. */
  async trimRefusals(tx: Transaction, untilMs: number, limit: number): Promise<number> {
    const rows = await tx.all(
      `DELETE FROM refusal WHERE refused_at <= $1 AND (owner_id, peer_id) IN
        (SELECT owner_id, peer_id FROM refusal WHERE refused_at <= $1 LIMIT $2) RETURNING owner_id`,
      [untilMs, limit],
    );
    return rows.length;
  }
}
