import { loadConfig } from '../config';
import { migrateDatabase } from '../database/open-database';
import { toCount } from '../lib/count';
import type { Terminal } from './terminal';

/** Brings the database to the newest schema and prints the migrations that it has now, oldest first. */
export async function migrate(terminal: Terminal): Promise<void> {
  const { dataDir, databaseUrl } = loadConfig(terminal.env);
  const applied = await migrateDatabase({ dataDir, databaseUrl: databaseUrl ?? undefined });
  const names = applied.map((name) => `  ${name}\n`).join('');
  terminal.stdout.write(
    `the database has the newest schema: ${toCount(applied.length, 'migration')} applied\n${names}`,
  );
}
