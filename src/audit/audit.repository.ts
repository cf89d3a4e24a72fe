import type { Database, Queryable, Transaction } from '../database/sql';
import { toKeysetStart, type PageRequest } from '../lib/page';
import { isUserID } from '../lib/user-id';
import type { AuditEntry, OpenAct } from './act';

interface AuditRow {
  actor_id: string;
  id: string;
  acted_at: number;
  act_as: string | null;
  operation: string;
  targets: string;
  outcomes: string;
}

const COLUMNS = 'a.actor_id, a.id, a.acted_at, a.act_as, a.operation, a.targets, a.outcomes';
/** The acts that concern the user at `$1`. */
const ABOUT_USER = `audit_subject AS s JOIN audit AS a ON a.actor_id = s.actor_id AND a.id = s.id
  WHERE s.user_id = $1`;

export class AuditRepository {
  private readonly insertSubjects: string;

  constructor(private readonly database: Database) {
    this.insertSubjects = `INSERT INTO audit_subject (user_id, acted_at, id, actor_id)
      SELECT value, $2, $3, $4 FROM ${database.dialect.strings('$1')} AS concerned WHERE true
      ON CONFLICT (user_id, acted_at, id) DO NOTHING`;
  }

  /** Writes the act's row; nothing when it has one. */
  async insert(tx: Transaction, act: OpenAct, outcomes: readonly string[]): Promise<void> {
    const { actorID, id, atMs, actAs, operation, userIDs, tokenIDs } = act;
    await tx.all(
      `INSERT INTO audit (actor_id, id, acted_at, act_as, operation, targets, outcomes)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (actor_id, id) DO NOTHING`,
      [
        actorID,
        id,
        atMs,
        actAs,
        operation,
        JSON.stringify([...userIDs, ...tokenIDs]),
        JSON.stringify(outcomes),
      ],
    );
    const concerned = new Set([actorID, ...(actAs === null ? [] : [actAs]), ...userIDs].filter(isUserID));
    await tx.all(this.insertSubjects, [JSON.stringify([...concerned]), atMs, id, actorID]);
  }

  async amend(tx: Transaction, { actorID, id }: OpenAct, outcomes: readonly string[]): Promise<void> {
    await tx.all('UPDATE audit SET outcomes = $3 WHERE actor_id = $1 AND id = $2', [
      actorID,
      id,
      JSON.stringify(outcomes),
    ]);
  }

  /** One row more than the page, newest first; of all users when `userID` is null. */
  async loadPage(userID: string | null, page: PageRequest): Promise<AuditEntry[]> {
    const { atMs, id } = toKeysetStart(page);
    const rows = await this.database.reader.all<AuditRow>(
      userID === null
        ? `SELECT ${COLUMNS} FROM audit AS a WHERE (a.acted_at, a.id) < ($1, $2)
            ORDER BY a.acted_at DESC, a.id DESC LIMIT $3`
        : `SELECT ${COLUMNS} FROM ${ABOUT_USER} AND (s.acted_at, s.id) < ($2, $3)
            ORDER BY s.acted_at DESC, s.id DESC LIMIT $4`,
      [...(userID === null ? [] : [userID]), atMs, id, page.first + 1],
    );
    return rows.map(toEntry);
  }

  async hasBefore(userID: string | null, { after }: PageRequest): Promise<boolean> {
    if (after === null) return false;
    const rows = await this.database.reader.all(
      userID === null
        ? 'SELECT 1 FROM audit WHERE (acted_at, id) >= ($1, $2) LIMIT 1'
        : 'SELECT 1 FROM audit_subject WHERE user_id = $1 AND (acted_at, id) >= ($2, $3) LIMIT 1',
      [...(userID === null ? [] : [userID]), after.atMs, after.id],
    );
    return rows.length > 0;
  }

  async count(userID: string | null): Promise<number> {
    const [row] = await this.database.reader.all<{ total: number }>(
      userID === null
        ? 'SELECT count(*) AS total FROM audit'
        : 'SELECT count(*) AS total FROM audit_subject WHERE user_id = $1',
      userID === null ? [] : [userID],
    );
    return row?.total ?? 0;
  }

  /** Everything about a user, newest first. */
  async loadAbout(from: Queryable, userID: string): Promise<AuditEntry[]> {
    const rows = await from.all<AuditRow>(
      `SELECT ${COLUMNS} FROM ${ABOUT_USER} ORDER BY s.acted_at DESC, s.id DESC`,
      [userID],
    );
    return rows.map(toEntry);
  }

  /** Deletes at most `limit` of the acts from before a moment, and gives how many. */
  async deleteBefore(tx: Transaction, beforeMs: number, limit: number): Promise<number> {
    const rows = await tx.all<{ id: string }>(
      `DELETE FROM audit WHERE (actor_id, id) IN
        (SELECT actor_id, id FROM audit WHERE acted_at < $1 ORDER BY acted_at LIMIT $2) RETURNING id`,
      [beforeMs, limit],
    );
    return rows.length;
  }

  /** Deletes at most `limit` of what finds acts from before a moment, and gives how many. */
  async deleteSubjectsBefore(tx: Transaction, beforeMs: number, limit: number): Promise<number> {
    const rows = await tx.all<{ id: string }>(
      `DELETE FROM audit_subject WHERE (user_id, acted_at, id) IN
        (SELECT user_id, acted_at, id FROM audit_subject WHERE acted_at < $1 ORDER BY acted_at LIMIT $2)
        RETURNING id`,
      [beforeMs, limit],
    );
    return rows.length;
  }
}

function toEntry(row: AuditRow): AuditEntry {
  return {
    id: row.id,
    at: new Date(row.acted_at),
    actorID: row.actor_id,
    actAs: row.act_as,
    operation: row.operation,
    targets: JSON.parse(row.targets) as string[],
    outcomes: JSON.parse(row.outcomes) as string[],
  };
}
