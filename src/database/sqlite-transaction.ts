import { AsyncResource } from 'node:async_hooks';
import { CommitFacts } from './commit-facts';
import type { SqlValue, Transaction } from './sql';
import type { SqliteConnection } from './sqlite-connection';

export type Work<T> = (tx: Transaction) => Promise<T>;

/**
 * Runs `work` between BEGIN and COMMIT on a connection that nobody else uses meanwhile. Rolls back and rejects with
 * the error of `work`, or of the commit. `tx` refuses statements once `work` is over.
 */
export async function runTransaction<T>(connection: SqliteConnection, work: Work<T>): Promise<T> {
  const [result] = (await runTransactions(connection, [work])) as [T];
  return result;
}

/** A statement keeps the process from everything else, and so do those of several works. */
const MAX_MS = 50;

/**
 * The same for several, of which each sees what those before it did, with one commit for all: it gives the result of
 * each, or rejects with the first error, and then nothing of any is kept. Those that there was no time for are not run,
 * and have no result: at least the first one is.
 */
export async function runTransactions<T>(
  connection: SqliteConnection,
  works: readonly Work<T>[],
): Promise<T[]> {
  const facts = new CommitFacts();
  const results: T[] = [];
  const startMs = performance.now();
  connection.run('BEGIN IMMEDIATE');
  try {
    for (const work of works) {
      const tx = new SqliteTransaction(connection, facts);
      try {
        results.push(await work(tx));
      } finally {
        tx.end();
      }
      if (performance.now() - startMs > MAX_MS) break;
    }
    connection.run('COMMIT');
  } catch (error) {
    if (connection.inTransaction) connection.run('ROLLBACK');
    throw error;
  }
  facts.tell();
  return results;
}

class SqliteTransaction implements Transaction {
  /** SQLite has answered when the call returns. */
  readonly tellsInOrder = true;
  readonly #connection: SqliteConnection;
  readonly #facts: CommitFacts;
  #over = false;

  constructor(connection: SqliteConnection, facts: CommitFacts) {
    this.#connection = connection;
    this.#facts = facts;
  }

  async all<Row = never>(sql: string, values?: readonly SqlValue[]): Promise<Row[]> {
    return this.#run<Row>(sql, values, false);
  }

  async tuples<Row extends readonly unknown[] = never>(
    sql: string,
    values?: readonly SqlValue[],
  ): Promise<Row[]> {
    return this.#run<Row>(sql, values, true);
  }

  onCommit(fact: () => void): void {
    if (this.#over) throw new Error('The transaction is over: register facts within it.');
    // Told after the commit of several, it is a part of the request that made it true.
    this.#facts.add(AsyncResource.bind(fact));
  }

  #run<Row>(sql: string, values: readonly SqlValue[] | undefined, asTuples: boolean): Row[] {
    // Would otherwise become part of the next transaction, or of none.
    if (this.#over) throw new Error(`The transaction is over, await its statements within it: ${sql}`);
    // The same after an error upon which SQLite rolls back by itself (disk full, for one).
    if (!this.#connection.inTransaction) throw new Error(`The transaction was rolled back: ${sql}`);
    return this.#connection.run<Row>(sql, values, asTuples);
  }

  end(): void {
    this.#over = true;
  }
}
