import { existsSync } from 'node:fs';
import type * as nodeSqlite from 'node:sqlite';
import { toSqliteError } from './node-sqlite-errors';
import type {
  BackupPages,
  SqliteHandle,
  SqliteOpenOptions,
  SqliteRow,
  SqliteStatement,
} from './sqlite-driver';

type NodeSqliteModule = typeof nodeSqlite;

/** Node's own SQLite; null where Node has none, or one too old to be used (before 22.16 it cannot list columns). */
export function findNodeSqlite(): NodeSqliteModule | null {
  // On Node 22 loading it prints that it is experimental, which tells an operator nothing to act upon. Loading is
  // synchronous, so no other warning can fall into the gap.
  const emitWarning = process.emitWarning;
  process.emitWarning = () => undefined;
  try {
    const sqlite = process.getBuiltinModule('node:sqlite') as NodeSqliteModule | undefined;
    return sqlite !== undefined && 'columns' in sqlite.StatementSync.prototype ? sqlite : null;
  } finally {
    process.emitWarning = emitWarning;
  }
}

function requireNodeSqlite(): NodeSqliteModule {
  const sqlite = findNodeSqlite();
  if (sqlite === null) throw new Error('node:sqlite needs Node 22.16 or later.');
  return sqlite;
}

/** Pages that one step of a backup copies. */
const BACKUP_RATE = 1_000;

/** `node:sqlite` with better-sqlite3's surface and error codes. Only where `findNodeSqlite` finds something. */
export class NodeSqlite implements SqliteHandle {
  readonly #database: nodeSqlite.DatabaseSync;

  constructor(file: string, options: SqliteOpenOptions = {}) {
    const sqlite = requireNodeSqlite();
    // node:sqlite has no such option, and would make the file.
    if (options.fileMustExist === true && !existsSync(file)) {
      throw toSqliteError(Object.assign(new Error(`unable to open database file ${file}`), { errcode: 14 }));
    }
    this.#database = translated(
      () =>
        new sqlite.DatabaseSync(file, {
          readOnly: options.readonly ?? false,
          timeout: options.timeout ?? 5000,
        }),
    );
  }

  get inTransaction(): boolean {
    return this.#database.isTransaction;
  }

  prepare(sql: string): SqliteStatement {
    return new NodeSqliteStatement(translated(() => this.#database.prepare(sql)));
  }

  pragma(text: string): unknown {
    return this.prepare(`PRAGMA ${text}`).all();
  }

  exec(sql: string): this {
    translated(() => {
      this.#database.exec(sql);
    });
    return this;
  }

  async backup(file: string, { progress }: { progress(pages: BackupPages): number }): Promise<void> {
    const sqlite = requireNodeSqlite();
    try {
      // All steps are of one size here.
      await sqlite.backup(this.#database, file, { rate: BACKUP_RATE, progress });
    } catch (error) {
      throw toSqliteError(error);
    }
  }

  close(): void {
    // Closing twice is allowed by better-sqlite3 and an error here.
    if (this.#database.isOpen) this.#database.close();
  }
}

class NodeSqliteStatement implements SqliteStatement {
  readonly #statement: nodeSqlite.StatementSync;
  readonly reader: boolean;

  constructor(statement: nodeSqlite.StatementSync) {
    this.#statement = statement;
    this.reader = statement.columns().length > 0;
  }

  raw(isRaw: boolean): void {
    this.#statement.setReturnArrays(isRaw);
  }

  all(...values: readonly unknown[]): SqliteRow[] {
    try {
      return this.#statement.all(...toBindable(values));
    } catch (error) {
      throw toSqliteError(error);
    }
  }

  run(...values: readonly unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint } {
    try {
      return this.#statement.run(...toBindable(values));
    } catch (error) {
      throw toSqliteError(error);
    }
  }
}

function translated<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw toSqliteError(error);
  }
}

/** The values as they are where all can be bound, which is nearly always: then nothing is copied. */
function toBindable(values: readonly unknown[]): readonly nodeSqlite.SQLInputValue[] {
  return values.every(isBindable) ? values : values.map(toBindableValue);
}

function isBindable(value: unknown): value is nodeSqlite.SQLInputValue {
  return (
    typeof value === 'string' ||
    typeof value === 'number' ||
    value === null ||
    typeof value === 'bigint' ||
    ArrayBuffer.isView(value)
  );
}

function toBindableValue(value: unknown): nodeSqlite.SQLInputValue {
  if (value === undefined) return null;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value instanceof Date) return value.toISOString();
  // Anything else is refused by node:sqlite, with the position of the value.
  return value as nodeSqlite.SQLInputValue;
}
