import { CommitFacts } from './commit-facts';
import type { PostgresConnections } from './postgres-connections';
import { retryInterrupted } from './postgres-retry';
import { PostgresSession } from './postgres-session';
import type { SqlValue, Transaction } from './sql';

/**
 * Runs `work` between BEGIN and COMMIT on a connection of its own, again when others made it fail (a deadlock, a
 * connection that is gone). Rolls back and rejects with the error of `work`, or of the commit. `tx` refuses statements
 * once its run is over, and only the facts of the run that was committed are told.
 */
export async function runPostgresTransaction<T>(
  connections: PostgresConnections,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  const { result, facts } = await retryInterrupted(async () => {
    const session = await PostgresSession.begin(connections);
    const tx = new PostgresTransaction(session);
    let worked: T;
    try {
      worked = await work(tx);
    } catch (error) {
      tx.end();
      return session.rollBack(error);
    }
    tx.end();
    await session.commit();
    return { result: worked, facts: tx.facts };
  });
  facts.tell();
  return result;
}

class PostgresTransaction implements Transaction {
  /** The answer to a commit can come late. */
  readonly tellsInOrder = false;
  readonly facts = new CommitFacts();
  readonly #session: PostgresSession;
  #over = false;

  constructor(session: PostgresSession) {
    this.#session = session;
  }

  all<Row = never>(sql: string, values: readonly SqlValue[] = []): Promise<Row[]> {
    return this.#run<Row>(sql, values, false);
  }

  tuples<Row extends readonly unknown[] = never>(
    sql: string,
    values: readonly SqlValue[] = [],
  ): Promise<Row[]> {
    return this.#run<Row>(sql, values, true);
  }

  onCommit(fact: () => void): void {
    if (this.#over) throw new Error('The transaction is over: register facts within it.');
    this.facts.add(fact);
  }

  async #run<Row>(sql: string, values: readonly SqlValue[], asTuples: boolean): Promise<Row[]> {
    // Would otherwise become part of the connection's next transaction, or of none.
    if (this.#over) throw new Error(`The transaction is over, await its statements within it: ${sql}`);
    return this.#session.all<Row>(sql, values, asTuples);
  }

  end(): void {
    this.#over = true;
  }
}
