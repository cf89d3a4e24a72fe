import type { Database, Transaction } from '../database/sql';

/** A stream with history, and up to which event that history is to be trimmed: `floor` where it stays as it is. */
export interface TrimmableStream {
  userID: string;
  epoch: string;
  floor: number;
  newFloor: number;
}

interface StreamRow {
  user_id: string;
  epoch: string;
  head: number;
  floor: number;
  keep_from: number | null;
}

export class EventRetentionRepository {
  constructor(private readonly database: Database) {}

  /** The next streams in the order of their users that hold events, after `userID` (empty for the first). */
  async loadStreams(
    userID: string,
    limit: number,
    keepSinceMs: number,
    keepCount: number,
  ): Promise<TrimmableStream[]> {
    const rows = await this.database.reader.all<StreamRow>(
      // The sub-select walks from the oldest event on and stops at the first that is kept: what it passes is trimmed.
      `SELECT s.user_id, s.epoch, s.head, s.floor, (SELECT e.seq FROM event e
          WHERE e.user_id = s.user_id AND e.occurred_at >= $2 ORDER BY e.seq LIMIT 1) AS keep_from
        FROM event_stream s WHERE s.user_id > $1 AND s.head > s.floor ORDER BY s.user_id LIMIT $3`,
      [userID, keepSinceMs, limit],
    );
    return rows.map(({ user_id, epoch, head, floor, keep_from }) => {
      const expired = keep_from === null ? head : keep_from - 1;
      return { userID: user_id, epoch, floor, newFloor: Math.max(floor, expired, head - keepCount) };
    });
  }

  /**
   * Deletes events up to `floor` and remembers that the history begins behind it. The head never moves. Does nothing when
   * that was done already, or when the stream is another one by now: of a user who was deleted and is back.
   */
  async trim(tx: Transaction, { userID, epoch }: TrimmableStream, floor: number): Promise<void> {
    const moved = await tx.all(
      'UPDATE event_stream SET floor = $3 WHERE user_id = $1 AND epoch = $2 AND floor < $3 RETURNING user_id',
      [userID, epoch, floor],
    );
    if (moved.length === 0) return;
    await tx.all('DELETE FROM event WHERE user_id = $1 AND seq <= $2', [userID, floor]);
  }
}
