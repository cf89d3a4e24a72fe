import type { Database } from '../database/sql';
import { toBlockID, type BlockedUser } from './blocked-user';
import { toKeysetStart, type PageRequest } from '../lib/page';

interface BlockRow {
  blocked_id: string;
  created_at: number;
}

export class BlockRepository {
  private readonly selectSome: string;

  constructor(private readonly database: Database) {
    this.selectSome = `SELECT blocked_id, created_at FROM block
      WHERE owner_id = $1 AND ${database.dialect.isOneOf('blocked_id', '$2')}`;
  }

  /** The owner's entries for those of the users that are blocked, in no order. */
  async load(ownerID: string, userIDs: readonly string[]): Promise<BlockedUser[]> {
    const rows = await this.database.reader.all<BlockRow>(this.selectSome, [
      ownerID,
      JSON.stringify(userIDs),
    ]);
    return rows.map((row) => toBlockedUser(ownerID, row));
  }

  /** One row more than the page, newest first. */
  async loadPage(ownerID: string, page: PageRequest): Promise<BlockedUser[]> {
    const start = toKeysetStart(page);
    const rows = await this.database.reader.all<BlockRow>(
      `SELECT blocked_id, created_at FROM block WHERE owner_id = $1 AND (created_at, blocked_id) < ($2, $3)
        ORDER BY created_at DESC, blocked_id DESC LIMIT $4`,
      [ownerID, start.atMs, start.id, page.first + 1],
    );
    return rows.map((row) => toBlockedUser(ownerID, row));
  }

  async hasBefore(ownerID: string, page: PageRequest): Promise<boolean> {
    if (page.after === null) return false;
    const rows = await this.database.reader.all(
      'SELECT 1 FROM block WHERE owner_id = $1 AND (created_at, blocked_id) >= ($2, $3) LIMIT 1',
      [ownerID, page.after.atMs, page.after.id],
    );
    return rows.length > 0;
  }

  async count(ownerID: string): Promise<number> {
    const [row] = await this.database.reader.all<{ total: number }>(
      'SELECT count(*) AS total FROM block WHERE owner_id = $1',
      [ownerID],
    );
    return row?.total ?? 0;
  }
}

function toBlockedUser(ownerID: string, row: BlockRow): BlockedUser {
  return {
    id: toBlockID(ownerID, row.blocked_id),
    userID: row.blocked_id,
    blockedAt: new Date(row.created_at),
  };
}
