import { createHash } from 'node:crypto';
import { migrations } from '../database/schema';
import type { SqlValue } from '../database/sql';
import { tables, type Table } from '../database/tables';
import { toCount } from '../lib/count';
import { toRowsText } from './row-counts';

/**
 * The file of an export: JSON, one value a line. A header; then, user by user in the order of their ids, the user's
 * rows as `[table, value, …]` and a line with the digest over them; at the end a footer with what was counted.
 */
export const FORMAT_VERSION = 1;

export interface ExportHeader {
  readonly amicus: 'export';
  readonly version: number;
  /** The migrations that made the tables. */
  readonly schema: readonly string[];
  /** The columns of each table, in the order of its rows' values. */
  readonly tables: Readonly<Record<string, readonly string[]>>;
}

export interface UserEnd {
  readonly user: string;
  /** SHA-256 over the user's lines, each with its line feed. */
  readonly digest: string;
}

export interface ExportFooter {
  readonly end: true;
  readonly users: number;
  readonly rows: Readonly<Record<string, number>>;
  /** SHA-256 over the digests of all users in their order. */
  readonly digest: string;
}

/** Of an export that this version makes. */
export const header: ExportHeader = {
  amicus: 'export',
  version: FORMAT_VERSION,
  schema: migrations.map(({ name }) => name),
  tables: Object.fromEntries(tables.map(({ name, columns }) => [name, columns.map((column) => column.name)])),
};

export function toRowLine({ name }: Table, values: readonly SqlValue[]): string {
  return `${JSON.stringify([name, ...values])}\n`;
}

/** Counts what belongs to whom, and makes the digests: the same on the side that writes and on the one that reads. */
export class ExportTally {
  /** Whoever has rows; a token that is revoked and whoever was deleted but stands in the audit log are counted too. */
  users = 0;
  readonly rows: Record<string, number> = Object.fromEntries(tables.map(({ name }) => [name, 0]));
  private readonly all = createHash('sha256');
  private user = createHash('sha256');

  addRow(table: Table, line: string): void {
    this.rows[table.name] = (this.rows[table.name] ?? 0) + 1;
    this.user.update(line);
  }

  /** Ends the user whose rows were added since the last one. */
  endUser(userID: string): UserEnd {
    const digest = this.user.digest('hex');
    this.user = createHash('sha256');
    this.users += 1;
    this.all.update(digest);
    return { user: userID, digest };
  }

  /** Once, at the end. */
  toFooter(): ExportFooter {
    return { end: true, users: this.users, rows: this.rows, digest: this.all.digest('hex') };
  }
}

/** What an export holds, or an import has stored, in one sentence. */
export function summarize({ rows }: Pick<ExportTally, 'rows'>): string {
  return `${toCount(rows['user'] ?? 0, 'user')}; ${toRowsText(rows)}`;
}
