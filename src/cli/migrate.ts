import { openServices } from '../services';
import { loadConfig } from '../config';
import { toCount } from '../lib/count';
import type { Terminal } from './terminal';

/** Brings the database to the newest schema and prints the migrations that it has now, oldest first. */
export async function migrate(terminal: Terminal): Promise<void> {
  const config = loadConfig(terminal.env);
  // Opening migrates.
  const services = await openServices(config);
  try {
    const applied = await services.database.reader.all<{ name: string }>(
      'SELECT name FROM migrations ORDER BY timestamp',
    );
    const names = applied.map(({ name }) => `  ${name}\n`).join('');
    terminal.stdout.write(
      `the database has the newest schema: ${toCount(applied.length, 'migration')} applied\n${names}`,
    );
  } finally {
    await services.stop();
  }
}
