import type { Database, Queryable, Transaction } from './sql';
import { tables } from './tables';

/** The database holds rows already, or got some meanwhile. */
class DatabaseNotEmptyError extends Error {
  override readonly name = 'DatabaseNotEmptyError';

  constructor(table: string) {
    super(`The database is not empty: there are rows in ${table}. Give an empty one.`);
  }
}

/**
 * Runs `fill` as one transaction on a database without any row, which is to be opened `UNBOUNDED`; nothing is kept when it
 * rejects. Rejects with DatabaseNotEmptyError before anything is done.
 */
export function fillEmptyDatabase(
  database: Database,
  fill: (tx: Transaction) => Promise<void>,
): Promise<void> {
  return database.transaction(async (tx) => {
    for (const { name } of tables) {
      const rows = await tx.all(`SELECT 1 FROM "${name}" LIMIT 1`);
      if (rows.length > 0) throw new DatabaseNotEmptyError(name);
    }
    await fill(tx);
    if (database.dialect.name === 'sqlite') return;
    // The planner would take the tables for empty until the server gets round to it.
    for (const { name } of tables) await tx.all(`ANALYZE "${name}"`);
  });
}

/** How many rows each table has. */
export async function countRows(source: Queryable): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { name } of tables) {
    const [row] = await source.all<{ count: number }>(`SELECT count(*) AS count FROM "${name}"`);
    counts[name] = row?.count ?? 0;
  }
  return counts;
}
