import { LRUCache } from 'lru-cache';
import type { Queryable, SqlValue } from './sql';
import { findSqliteCode, type SqliteHandle, type SqliteStatement } from './sqlite-driver';
import { toSqliteText } from './sqlite-placeholders';
import type { WatchStatement } from './statement-watch';
import { DatabaseUnavailableError } from './unavailable';

/** A full disk, one that fails, and another program that holds the file: none of it is due to the statement. */
const UNAVAILABLE = ['SQLITE_FULL', 'SQLITE_IOERR', 'SQLITE_BUSY'];

/** More than the repositories have; a text over it is compiled anew. */
const MAX_STATEMENTS = 500;

interface Prepared {
  readonly statement: SqliteStatement;
  readonly reader: boolean;
  readonly order: readonly number[] | null;
  readonly valueCount: number;
  /** How it gives rows now; a text is nearly always asked for in one form. */
  givesTuples: boolean;
}

/** Statements on one SQLite connection, each text compiled once. SQLite answers before the call returns. */
export class SqliteConnection implements Queryable {
  readonly #handle: SqliteHandle;
  readonly #onStatement: ((sql: string) => void) | undefined;
  readonly #watch: WatchStatement | undefined;
  readonly #prepared = new LRUCache<string, Prepared>({ max: MAX_STATEMENTS });
  #closed = false;

  /** `onStatement` gets the text of each statement, as its caller wrote it, just before it runs. */
  constructor(
    handle: SqliteHandle,
    onStatement: ((sql: string) => void) | undefined,
    watch?: WatchStatement,
  ) {
    this.#handle = handle;
    this.#onStatement = onStatement;
    this.#watch = watch;
  }

  get inTransaction(): boolean {
    return this.#handle.inTransaction;
  }

  async all<Row = never>(sql: string, values: readonly SqlValue[] = []): Promise<Row[]> {
    return this.run<Row>(sql, values);
  }

  async tuples<Row extends readonly unknown[] = never>(
    sql: string,
    values: readonly SqlValue[] = [],
  ): Promise<Row[]> {
    return this.run<Row>(sql, values, true);
  }

  /**
   * `all`, or `tuples`, without the promise. Rejected statements throw, with SQLite's `code`; with
   * DatabaseUnavailableError where the file cannot be read or written now.
   */
  run<Row = never>(sql: string, values: readonly SqlValue[] = [], asTuples = false): Row[] {
    if (this.#closed) throw new Error('The database is stopped: it takes no more statements.');
    const prepared = this.#prepared.get(sql) ?? this.#prepare(sql);
    // One engine takes missing values for NULL.
    if (values.length !== prepared.valueCount) {
      throw new Error(`Expected ${prepared.valueCount} values but got ${values.length}: ${sql}`);
    }
    const bound = prepared.order === null ? values : toBound(values, prepared.order);
    this.#onStatement?.(sql);
    const end = this.#watch?.(sql);
    try {
      const rows = execute(prepared, bound, asTuples);
      end?.();
      return rows as Row[];
    } catch (error) {
      const failure = toFailure(error);
      end?.(failure);
      throw failure;
    }
  }

  /** From now on statements are refused; closing the handle is up to its owner. */
  refuse(): void {
    this.#closed = true;
    this.#prepared.clear();
  }

  #prepare(sql: string): Prepared {
    const { sql: text, order, valueCount } = toSqliteText(sql);
    const statement = this.#compile(text);
    const prepared = { statement, reader: statement.reader, order, valueCount, givesTuples: false };
    this.#prepared.set(sql, prepared);
    return prepared;
  }

  /** Reads the schema where it has changed. */
  #compile(text: string): SqliteStatement {
    try {
      return this.#handle.prepare(text);
    } catch (error) {
      throw toFailure(error);
    }
  }
}

function toFailure(error: unknown): unknown {
  const code = findSqliteCode(error);
  return code !== null && UNAVAILABLE.some((family) => code.startsWith(family))
    ? new DatabaseUnavailableError(error, 'The database file cannot be read or written now.')
    : error;
}

function execute(prepared: Prepared, bound: readonly (SqlValue | undefined)[], asTuples: boolean): unknown[] {
  const { statement } = prepared;
  if (!prepared.reader) {
    statement.run(...bound);
    return [];
  }
  if (prepared.givesTuples !== asTuples) {
    statement.raw(asTuples);
    prepared.givesTuples = asTuples;
  }
  return statement.all(...bound);
}

function toBound(values: readonly SqlValue[], order: readonly number[]): (SqlValue | undefined)[] {
  const bound = new Array<SqlValue | undefined>(order.length);
  for (let position = 0; position < order.length; position++) bound[position] = values[order[position] ?? 0];
  return bound;
}
