import type { Database, Queryable, Transaction } from '../database/sql';
import { toKeysetStart, type PageRequest } from '../lib/page';
import type { Revocation, RevocationSubject } from './revocation';

interface RevocationRow {
  subject: string;
  kind: 'USER' | 'TOKEN';
  id: string;
  revoked_at: number;
}

const COLUMNS = 'subject, kind, id, revoked_at';

export class RevocationRepository {
  private readonly selectFingerprint: string;

  constructor(private readonly database: Database) {
    // No id ever comes back, and that of a revocation which moved forward stays.
    const row = `id || ' ' || CAST(revoked_at AS text)`;
    this.selectFingerprint = `SELECT ${database.dialect.digest(row)} AS fingerprint FROM revocation`;
  }

  /** Writes a revocation; one that is there already moves forward to `nowMs`, never back. */
  async insert(tx: Transaction, subject: RevocationSubject, id: string, nowMs: number): Promise<Revocation> {
    const [row] = await tx.all<RevocationRow>(
      `INSERT INTO revocation (${COLUMNS}) VALUES ($1, $2, $3, $4) ON CONFLICT (subject, kind) DO UPDATE
        SET revoked_at = CASE WHEN excluded.revoked_at > revocation.revoked_at
          THEN excluded.revoked_at ELSE revocation.revoked_at END
        RETURNING ${COLUMNS}`,
      [...toKey(subject), id, nowMs],
    );
    if (row === undefined) throw new Error('A revocation was not written.');
    return toRevocation(row);
  }

  /** What was deleted; null when there was nothing. */
  async delete(tx: Transaction, subject: RevocationSubject): Promise<Revocation | null> {
    const [row] = await tx.all<RevocationRow>(
      `DELETE FROM revocation WHERE subject = $1 AND kind = $2 RETURNING ${COLUMNS}`,
      toKey(subject),
    );
    return row === undefined ? null : toRevocation(row);
  }

  async deleteBefore(tx: Transaction, beforeMs: number): Promise<void> {
    await tx.all('DELETE FROM revocation WHERE revoked_at < $1', [beforeMs]);
  }

  /** All there are, in no order, and the fingerprint of just these. */
  loadAll(): Promise<{ revocations: Revocation[]; fingerprint: string }> {
    return this.database.snapshot(async (from) => {
      const fingerprint = await this.loadFingerprint(from);
      const rows = await from.all<RevocationRow>(`SELECT ${COLUMNS} FROM revocation`);
      return { revocations: rows.map(toRevocation), fingerprint };
    });
  }

  /** A text that, as good as surely, every change of the table changes. */
  async loadFingerprint(from: Queryable = this.database.reader): Promise<string> {
    const [row] = await from.all<{ fingerprint: string | null }>(this.selectFingerprint);
    return row?.fingerprint ?? '';
  }

  /** One row more than the page, newest first. */
  async loadPage(page: PageRequest): Promise<Revocation[]> {
    const { atMs, id } = toKeysetStart(page);
    const rows = await this.database.reader.all<RevocationRow>(
      `SELECT ${COLUMNS} FROM revocation WHERE (revoked_at, id) < ($1, $2)
        ORDER BY revoked_at DESC, id DESC LIMIT $3`,
      [atMs, id, page.first + 1],
    );
    return rows.map(toRevocation);
  }

  async hasBefore({ after }: PageRequest): Promise<boolean> {
    if (after === null) return false;
    const rows = await this.database.reader.all(
      'SELECT 1 FROM revocation WHERE (revoked_at, id) >= ($1, $2) LIMIT 1',
      [after.atMs, after.id],
    );
    return rows.length > 0;
  }

  async count(): Promise<number> {
    const [row] = await this.database.reader.all<{ total: number }>(
      'SELECT count(*) AS total FROM revocation',
    );
    return row?.total ?? 0;
  }

  /** The revocation of all tokens of a user; null when there is none. */
  async findOfUser(from: Queryable, userID: string): Promise<Revocation | null> {
    const [row] = await from.all<RevocationRow>(
      `SELECT ${COLUMNS} FROM revocation WHERE subject = $1 AND kind = 'USER'`,
      [userID],
    );
    return row === undefined ? null : toRevocation(row);
  }
}

function toKey({ userID, tokenID }: RevocationSubject): [subject: string, kind: RevocationRow['kind']] {
  return userID === null ? [tokenID, 'TOKEN'] : [userID, 'USER'];
}

function toRevocation({ subject, kind, id, revoked_at }: RevocationRow): Revocation {
  const revokedAt = new Date(revoked_at);
  return kind === 'USER'
    ? { userID: subject, tokenID: null, id, revokedAt }
    : { userID: null, tokenID: subject, id, revokedAt };
}
