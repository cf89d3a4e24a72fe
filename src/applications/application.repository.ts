import type { Database, Queryable, Transaction } from '../database/sql';
import type { ApplicationType } from '../events/friendship-event';
import { toApplicationID, type Application } from './friend-application';
import { toKeysetStart, type PageKey, type PageRequest } from '../lib/page';

interface ApplicationRow {
  peer_id: string;
  type: ApplicationType;
  add_source: string;
  add_wording: string;
  created_at: number;
  read_at: number | null;
}

const COLUMNS = 'peer_id, type, add_source, add_wording, created_at, read_at';
/** `$5` is the direction, or empty for both. */
const IN_LIST = `owner_id = $1 AND ($5 = '' OR type = $5)`;

export class ApplicationRepository {
  private readonly selectSome: string;
  private readonly markSomeRead: string;

  constructor(private readonly database: Database) {
    const { dialect } = database;
    this.selectSome = `SELECT ${COLUMNS} FROM friend_application
      WHERE owner_id = $1 AND ${dialect.isOneOf('peer_id', '$2')}`;
    this.markSomeRead = `UPDATE friend_application SET read_at = $2
      WHERE owner_id = $1 AND type = 'COME_IN' AND read_at IS NULL AND ${dialect.isOneOf('peer_id', '$3')}
      RETURNING peer_id`;
  }

  /** Requests with these users, in both directions, in no order. */
  async load(ownerID: string, userIDs: readonly string[]): Promise<Application[]> {
    const rows = await this.database.reader.all<ApplicationRow>(this.selectSome, [
      ownerID,
      JSON.stringify(userIDs),
    ]);
    return rows.map((row) => toApplication(ownerID, row));
  }

  /** One row more than the page, newest first. `type` empty reads both directions. */
  async loadPage(ownerID: string, type: ApplicationType | '', page: PageRequest): Promise<Application[]> {
    const rows = await this.database.reader.all<ApplicationRow>(
      `SELECT ${COLUMNS} FROM friend_application
        WHERE ${IN_LIST} AND (created_at, peer_id, type) < ($2, $3, $4)
        ORDER BY created_at DESC, peer_id DESC, type DESC LIMIT $6`,
      [ownerID, ...toStart(toKeysetStart(page)), type, page.first + 1],
    );
    return rows.map((row) => toApplication(ownerID, row));
  }

  async hasBefore(ownerID: string, type: ApplicationType | '', page: PageRequest): Promise<boolean> {
    if (page.after === null) return false;
    const rows = await this.database.reader.all(
      `SELECT 1 FROM friend_application WHERE ${IN_LIST} AND (created_at, peer_id, type) >= ($2, $3, $4) LIMIT 1`,
      [ownerID, ...toStart(page.after), type],
    );
    return rows.length > 0;
  }

  async count(ownerID: string, type: ApplicationType | ''): Promise<number> {
    const [row] = await this.database.reader.all<{ total: number }>(
      `SELECT count(*) AS total FROM friend_application WHERE owner_id = $1 AND ($2 = '' OR type = $2)`,
      [ownerID, type],
    );
    return row?.total ?? 0;
  }

  async countUnread(ownerID: string, from: Queryable = this.database.reader): Promise<number> {
    const [row] = await from.all<{ total: number }>(
      `SELECT count(*) AS total FROM friend_application WHERE owner_id = $1 AND type = 'COME_IN' AND read_at IS NULL`,
      [ownerID],
    );
    return row?.total ?? 0;
  }

  /** Marks unread incoming requests as read, all of them when `userIDs` is null; gives whose, in no order. */
  async markRead(
    tx: Transaction,
    ownerID: string,
    userIDs: readonly string[] | null,
    nowMs: number,
  ): Promise<string[]> {
    const rows =
      userIDs === null
        ? await tx.all<{ peer_id: string }>(
            `UPDATE friend_application SET read_at = $2
              WHERE owner_id = $1 AND type = 'COME_IN' AND read_at IS NULL RETURNING peer_id`,
            [ownerID, nowMs],
          )
        : await tx.all<{ peer_id: string }>(this.markSomeRead, [ownerID, nowMs, JSON.stringify(userIDs)]);
    return rows.map((row) => row.peer_id);
  }
}

function toStart({ atMs, id }: PageKey): [number, string, string] {
  const [userID = '', type = ''] = id.split(' ');
  return [atMs, userID, type];
}

function toApplication(ownerID: string, row: ApplicationRow): Application {
  return {
    id: toApplicationID(ownerID, row.peer_id, row.type),
    userID: row.peer_id,
    type: row.type,
    addSource: row.add_source,
    addWording: row.add_wording,
    addTime: new Date(row.created_at),
    readAt: row.read_at === null ? null : new Date(row.read_at),
  };
}
