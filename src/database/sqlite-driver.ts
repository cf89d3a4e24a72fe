/**
 * The driver seam: the part of better-sqlite3's surface that TypeORM's driver and this folder call. Everything is
 * synchronous. Errors carry `code`, SQLite's extended result code by name (`SQLITE_CONSTRAINT_PRIMARYKEY`).
 */

export type SqliteRow = Record<string, unknown>;

export interface SqliteStatement {
  /** True when the statement gives columns: `all` for these, `run` for the others. */
  readonly reader: boolean;
  all(...values: readonly unknown[]): SqliteRow[];
  /** Whether `all` is to give each row as the list of its columns in place of an object. */
  raw(isRaw: boolean): unknown;
  run(...values: readonly unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint };
}

export interface SqliteHandle {
  readonly inTransaction: boolean;
  /** One statement, compiled. Stays usable until the handle is closed. */
  prepare(sql: string): SqliteStatement;
  /** `text` without the word PRAGMA; the rows that it gives. */
  pragma(text: string): unknown;
  /** Any number of statements, without values. */
  exec(sql: string): unknown;
  /**
   * Copies the database to a file, as this connection sees it, in steps between which the process does other things;
   * the same state throughout if a transaction is open. `progress` gives how many pages the next step copies.
   */
  backup(file: string, options: { progress(pages: BackupPages): number }): Promise<unknown>;
  /** Ends an open transaction by rolling it back. */
  close(): void;
}

/** How far a copy is. */
export interface BackupPages {
  readonly totalPages: number;
  readonly remainingPages: number;
}

export interface SqliteOpenOptions {
  readonly readonly?: boolean | undefined;
  readonly fileMustExist?: boolean | undefined;
  /** Milliseconds to wait, blocking, for another process's lock before `SQLITE_BUSY`. 5,000 when left out. */
  readonly timeout?: number | undefined;
}

/** What TypeORM takes as `driver`: opens `file` and gives its handle. */
export type SqliteModule = new (file: string, options?: SqliteOpenOptions) => SqliteHandle;

/** The `code` of an error of either engine; null for an error of another kind. */
export function findSqliteCode(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return typeof error.code === 'string' && error.code.startsWith('SQLITE_') ? error.code : null;
}
