import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { openDataFolder } from './data-folder';
import type { Database } from './sql';
import { openSqliteDatabase } from './sqlite-database';
import type { SqliteEngine } from './sqlite-module';

export interface DatabaseOptions {
  /** Folder of the embedded database; made when missing, and taken for this process alone. */
  readonly dataDir: string;
  /** `postgres://…` for a database server in place of the data folder. */
  readonly databaseUrl?: string | undefined;
  /** Gets the text of each statement before it runs, those that begin and end transactions included. */
  readonly onStatement?: ((sql: string) => void) | undefined;
  /** Which SQLite; the best there is when left out. */
  readonly sqliteEngine?: SqliteEngine | undefined;
}

/**
 * Opens the database that the options name, ready for use. Rejects with nothing left open or locked; with
 * `DataFolderInUseError` when another process has the data folder.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  if (options.databaseUrl === undefined) return openEmbeddedDatabase(options);
  // The URL may hold a password: it is never part of a message.
  throw new Error(
    'PostgreSQL is not available yet: leave the database URL out to use the embedded database.',
  );
}

async function openEmbeddedDatabase(options: DatabaseOptions): Promise<Database> {
  const folder = openDataFolder(options.dataDir, options.sqliteEngine);
  const file = join(folder.path, 'amicus.sqlite');
  try {
    // SQLite would make it readable by all, in a folder that may have been there before, and its WAL after it.
    closeSync(openSync(file, 'a', 0o600));
    return await openSqliteDatabase({
      file,
      engine: options.sqliteEngine,
      onStatement: options.onStatement,
      onClosed: () => {
        folder.release();
      },
    });
  } catch (error) {
    folder.release();
    throw error;
  }
}
