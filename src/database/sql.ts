import type { DatabaseLoad } from './statement-watch';

/**
 * What a repository sees of a database: statements, transactions and the few words in which the engines differ.
 * Statements are written once, with `$1`, `$2`, … for values; each engine turns them into its own form and keeps
 * them prepared, so their text must be constant: a list travels as one JSON value, never as many placeholders.
 */

/** What may be bound. Booleans are 0 or 1, moments are milliseconds since 1970, structures are JSON text. */
export type SqlValue = string | number | null;

export interface Queryable {
  /**
   * Runs one statement and gives its rows, in the statement's order; none for a statement without `RETURNING`.
   * The caller names the row type: columns come as the engine gives them (integers as numbers, text as strings).
   */
  all<Row = never>(sql: string, values?: readonly SqlValue[]): Promise<Row[]>;
  /**
   * As `all`, with each row as the list of its columns. For short reads of some rows, most of whose cost is to make
   * objects with a property for each column; several may share a connection, and wait for each other on it.
   */
  tuples<Row extends readonly unknown[] = never>(sql: string, values?: readonly SqlValue[]): Promise<Row[]>;
}

export interface Transaction extends Queryable {
  /**
   * Runs `fact` once, after the commit is durable, in the order of registration; never when the work is rolled back.
   * For telling others what is now true: it must not throw and nobody waits for it.
   */
  onCommit(fact: () => void): void;
  /** Whether facts are told in the order of the commits; where not, those of a later one may have been told before. */
  readonly tellsInOrder: boolean;
}

/** The words in which the engines differ. */
export interface Dialect {
  readonly name: 'sqlite' | 'postgres';
  /** A sub-select giving the strings of the JSON array bound at `parameter` (`'$1'`), for `FROM`; its column is `value`. */
  strings(parameter: string): string;
  /**
   * Whether a text is one of the strings of the JSON array bound at `parameter`. Of a column with an index, those rows
   * are looked up in one go.
   */
  isOneOf(expression: string, parameter: string): string;
  /**
   * Behind the name of a table in `FROM`: has rows read from this index alone, which holds all columns that are asked for,
   * where the engine would not see by itself that it takes less.
   */
  fromIndex(index: string): string;
  /**
   * A sub-select giving the objects of the JSON array bound at `parameter` as rows with the columns named, in the
   * order of the array. A property that is missing is NULL.
   */
  rows(parameter: string, columns: Readonly<Record<string, 'text' | 'integer'>>): string;
  /**
   * An aggregate that gives the values of all rows as the JSON text of one array, in the order in which the rows come;
   * lists of one statement agree on that. Of thousands of rows, reading it takes a third of reading the rows.
   */
  list(expression: string): string;
  /**
   * An aggregate that gives a text which is another one as good as surely when a text of one of the rows is; it may be
   * another one for another order of the rows, too. Texts of two servers are not to be compared.
   */
  digest(expression: string): string;
}

/** A copy of a database that follows it: for reads that may be a little old. It fails when it is gone. */
export interface Replica extends Queryable {
  /** A moment of which it holds all that was visible by then, and perhaps more; null when it lags too far or is gone. */
  readonly asOfMs: number | null;
  /** How long ago that is, however long; null when nothing is known of it. */
  readonly lagMs: number | null;
}

/** One open database: see `openDatabase`. */
export interface Database extends AsyncDisposable {
  readonly dialect: Dialect;
  /** Reads what was committed before the call; never waits for a writer and never writes. */
  readonly reader: Queryable;
  /** Null when there is none. */
  readonly replica: Replica | null;
  /** How the work on its connections stands now. */
  readonly load: DatabaseLoad;
  /**
   * Runs `work` as one transaction: all of it is durable when the promise resolves, none of it is kept when it
   * rejects. `work` may be run more than once (an engine retries conflicts, and what was to be committed with work that
   * failed), so it has no effect but through `tx`. Inner calls join by taking `tx`; they never begin their own.
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /**
   * Runs `work`, whose reads all see one state: the last one committed before the first of them. It waits for no
   * writer and no writer waits for it. `work` may be run more than once.
   */
  snapshot<T>(work: (from: Queryable) => Promise<T>): Promise<T>;
  /** Waits for transactions and snapshots under way, refuses new ones, closes. Safe to call twice. */
  stop(): Promise<void>;
}
