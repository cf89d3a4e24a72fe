import type { Database, Transaction } from './sql';

/** A transaction whose statements all see the database as it was at the first of them. */
export function readSnapshot<T>(database: Database, work: (tx: Transaction) => Promise<T>): Promise<T> {
  return database.transaction(async (tx) => {
    // On SQLite every transaction is one; here each statement would see what was committed before itself.
    if (database.dialect.name === 'postgres') await tx.all('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
    return work(tx);
  });
}
