import { openDatabase } from '../../src/database/open-database';
import type { SqliteEngine } from '../../src/database/sqlite-module';

/**
 * A process of its own for tests: opens the data folder in argument 1 with the engine in argument 2, commits one row,
 * prints "open" and stays until it is killed. Prints the error's name and leaves with 3 when the folder is refused.
 */
async function main(dataDir: string, sqliteEngine: SqliteEngine): Promise<void> {
  try {
    const database = await openDatabase({ dataDir, sqliteEngine });
    await database.transaction((tx) =>
      tx.all('INSERT INTO block (owner_id, blocked_id, created_at) VALUES ($1, $2, $3)', ['child', 'x', 1]),
    );
    console.log('open');
    setInterval(() => undefined, 60_000);
  } catch (error) {
    console.log(error instanceof Error ? error.name : error);
    process.exitCode = 3;
  }
}

void main(process.argv[2] ?? '', process.argv[3] as SqliteEngine);
