import { loadConfig } from '../config';
import { migrateDatabase } from '../database/open-database';
import { toCount } from '../lib/count';
import type { Terminal } from './terminal';

/** Brings the database to the newest schema and prints the migrations that it has now, oldest first. */
export async function migrate(terminal: Terminal): Promise<void> {
  const config = loadConfig(terminal.env);
  const { dataDir, databaseUrl } = config;
  const applied = await migrateDatabase({ dataDir, databaseUrl, postgres: config });
  const names = applied.map((name) => `  ${name}\n`).join('');
  terminal.stdout.write(
    `the database has the newest schema: ${toCount(applied.length, 'migration')} applied\n${names}`,
  );
}
