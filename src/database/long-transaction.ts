import type { Database, Transaction } from './sql';

/** As `transaction`, for work on all rows at once: no statement of it takes too long. */
export function runLongTransaction<T>(database: Database, work: (tx: Transaction) => Promise<T>): Promise<T> {
  return database.transaction(async (tx) => {
    if (database.dialect.name === 'postgres') await tx.all('SET LOCAL statement_timeout = 0');
    return work(tx);
  });
}
