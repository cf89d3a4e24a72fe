import type { AsyncResource } from 'node:async_hooks';
import { CommitFacts } from './commit-facts';
import type { SqlValue, Transaction } from './sql';
import type { SqliteConnection } from './sqlite-connection';

export interface Asked<T> {
  readonly work: (tx: Transaction) => Promise<T>;
  /** The request that asks: `work` and its facts find what belongs to that, also among those of others. */
  readonly scope: AsyncResource;
}

/**
 * Runs the work between BEGIN and COMMIT on a connection that nobody else uses meanwhile. Rolls back and rejects with
 * the error of the work, or of the commit. `tx` refuses statements once the work is over.
 */
export async function runTransaction<T>(connection: SqliteConnection, asked: Asked<T>): Promise<T> {
  const [result] = (await runTransactions(connection, [asked])) as [T];
  return result;
}

/**
 * The same for several, of which each sees what those before it did, with one commit for all: it gives the result of
 * each, or rejects with the first error, and then nothing of any is kept. Each is asked for when the one before is over.
 */
export async function runTransactions<T>(
  connection: SqliteConnection,
  group: Iterable<Asked<T>>,
): Promise<T[]> {
  const facts = new CommitFacts();
  const results: T[] = [];
  connection.run('BEGIN IMMEDIATE');
  try {
    for (const { work, scope } of group) {
      const tx = new SqliteTransaction(connection, facts, scope);
      try {
        results.push(await scope.runInAsyncScope(work, undefined, tx));
      } finally {
        tx.end();
      }
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
  readonly #scope: AsyncResource;
  #over = false;

  constructor(connection: SqliteConnection, facts: CommitFacts, scope: AsyncResource) {
    this.#connection = connection;
    this.#facts = facts;
    this.#scope = scope;
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
    // Not `AsyncResource.bind`, which on Node 20 defines a property of every function that it makes.
    this.#facts.add(() => {
      this.#scope.runInAsyncScope(fact);
    });
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
