import { CommitFacts } from './commit-facts';
import type { SqlValue, Transaction } from './sql';
import type { SqliteConnection } from './sqlite-connection';

/**
 * Runs `work` between BEGIN and COMMIT on a connection that nobody else uses meanwhile. Rolls back and rejects with
 * the error of `work`, or of the commit. `tx` refuses statements once the transaction is over.
 */
export async function runTransaction<T>(
  connection: SqliteConnection,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  const tx = new SqliteTransaction(connection);
  connection.run('BEGIN IMMEDIATE');
  let result: T;
  try {
    result = await work(tx);
    tx.end();
    connection.run('COMMIT');
  } catch (error) {
    tx.end();
    // SQLite has rolled back by itself after some errors (disk full, for one).
    if (connection.inTransaction) connection.run('ROLLBACK');
    throw error;
  }
  tx.tellFacts();
  return result;
}

class SqliteTransaction implements Transaction {
  readonly #connection: SqliteConnection;
  readonly #facts = new CommitFacts();
  #over = false;

  constructor(connection: SqliteConnection) {
    this.#connection = connection;
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
    this.#facts.add(fact);
  }

  #run<Row>(sql: string, values: readonly SqlValue[] | undefined, asTuples: boolean): Row[] {
    // Would otherwise become part of the next transaction, or of none.
    if (this.#over) throw new Error(`The transaction is over, await its statements within it: ${sql}`);
    return this.#connection.run<Row>(sql, values, asTuples);
  }

  end(): void {
    this.#over = true;
  }

  tellFacts(): void {
    this.#facts.tell();
  }
}
