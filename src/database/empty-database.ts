import type { Database, Queryable, Transaction } from './sql';
import { tables } from './tables';

/** The database holds rows already, or got some meanwhile. */
class DatabaseNotEmptyError extends Error {
  override readonly name = 'DatabaseNotEmptyError';

  constructor(table: string) {
    super(`The database is not empty: there are rows in ${table}. Give an empty one.`);
  }
}

/** Another process fills the database now. */
class DatabaseTakenError extends Error {
  override readonly name = 'DatabaseTakenError';

  constructor() {
    super('Another import into this database is under way: wait for its end.');
  }
}

/** Whoever has it fills the database. Any number will do that nobody else takes. */
const FILL_LOCK = 4_210_002;

/**
 * Runs `fill` as one transaction on a database without any row, which is to be opened `UNBOUNDED`; nothing is kept when it
 * rejects. Rejects with DatabaseNotEmptyError or DatabaseTakenError before anything is done.
 */
export function fillEmptyDatabase(
  database: Database,
  fill: (tx: Transaction) => Promise<void>,
): Promise<void> {
  return database.transaction(async (tx) => {
    if (database.dialect.name === 'postgres') await takeAlone(tx);
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

/** Neither of two that fill it at once would see a row of the other. The embedded database is one process's alone anyway. */
async function takeAlone(tx: Transaction): Promise<void> {
  const [row] = await tx.all<{ taken: boolean }>(`SELECT pg_try_advisory_xact_lock(${FILL_LOCK}) AS taken`);
  if (row?.taken !== true) throw new DatabaseTakenError();
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
