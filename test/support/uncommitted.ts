import { join } from 'node:path';
import type { Config } from '../../src/config';
import { loadSqliteModule } from '../../src/database/sqlite-module';
import { withClient } from './postgres-server';

/** Does the work while a transaction of somebody else has run the statement and is open; it is rolled back. */
export async function whileUncommitted(
  { dataDir, databaseUrl }: Partial<Config>,
  sql: string,
  work: () => Promise<void>,
): Promise<void> {
  if (databaseUrl !== undefined && databaseUrl !== null) {
    return withClient(databaseUrl, async (client) => {
      await client.query(`BEGIN; ${sql}`);
      await work();
      await client.query('ROLLBACK');
    });
  }
  const Sqlite = loadSqliteModule();
  const handle = new Sqlite(join(dataDir ?? '', 'amicus.sqlite'));
  try {
    handle.exec(`BEGIN IMMEDIATE; ${sql}`);
    await work();
  } finally {
    // Rolls back.
    handle.close();
  }
}
