import { closeSync, openSync } from 'node:fs';
import type { Clock } from '../lib/clock';
import { openDataFolder, toDatabaseFile } from './data-folder';
import type { PostgresConfig } from './postgres-config';
import { openPostgresDatabase } from './postgres-database';
import { migratePostgres } from './postgres-schema';
import type { Database } from './sql';
import type { WatchStatement } from './statement-watch';
import { openSqliteDatabase } from './sqlite-database';
import type { SqliteEngine } from './sqlite-module';

export interface DatabaseOptions {
  /** Folder of the embedded database; made when missing, and taken for this process alone. */
  readonly dataDir: string;
  /** `postgres://…` for a database server in place of the data folder; null is the same as none. */
  readonly databaseUrl?: string | null | undefined;
  /** How to work with the database server; what is left out is as the manual says. */
  readonly postgres?: Partial<PostgresConfig> | undefined;
  /** By which the age of a replica is told. */
  readonly clock?: Clock | undefined;
  /** Gets what fails where no caller waits for it. */
  readonly onError?: ((error: unknown) => void) | undefined;
  /** Told when the answer to a commit was lost: its facts are not told, whether they are true or not. */
  readonly onCommitLost?: (() => void) | undefined;
  /** Gets the text of each statement before it runs, those that begin and end transactions included. */
  readonly onStatement?: ((sql: string) => void) | undefined;
  readonly watchStatement?: WatchStatement | undefined;
  /** Bound each statement on a database server further than its configuration does. */
  readonly readTimeoutMs?: number | undefined;
  readonly writeTimeoutMs?: number | undefined;
  /** Which SQLite; the best there is when left out. */
  readonly sqliteEngine?: SqliteEngine | undefined;
}

/**
 * Opens the database that the options name, ready for use. The embedded one is migrated; a database server must have
 * the newest schema already (`migrateDatabase`), because other processes work on it too. Rejects with nothing left
 * open or locked; with `DataFolderInUseError` when another process has the data folder, with `SchemaMismatchError`
 * when the schema is another version's, or `DatabaseFileError` when the embedded one is a newer version's.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const url = options.databaseUrl ?? null;
  if (url === null) return openEmbeddedDatabase(options);
  return openPostgresDatabase({
    url,
    config: options.postgres,
    clock: options.clock,
    onError: options.onError,
    onCommitLost: options.onCommitLost,
    onStatement: options.onStatement,
    watchStatement: options.watchStatement,
    readTimeoutMs: options.readTimeoutMs,
    writeTimeoutMs: options.writeTimeoutMs,
  });
}

/**
 * Brings the database that the options name to the newest schema and gives the names of its migrations, oldest first.
 * Rejects as `openDatabase` does.
 */
export async function migrateDatabase(options: DatabaseOptions): Promise<string[]> {
  const url = options.databaseUrl ?? null;
  if (url !== null) return migratePostgres(options.postgres?.databaseDirectUrl ?? url);
  // Opening migrates.
  await using database = await openEmbeddedDatabase(options);
  const applied = await database.reader.all<{ name: string }>(
    'SELECT name FROM migrations ORDER BY timestamp',
  );
  return applied.map(({ name }) => name);
}

async function openEmbeddedDatabase(options: DatabaseOptions): Promise<Database> {
  const folder = openDataFolder(options.dataDir, options.sqliteEngine);
  const file = toDatabaseFile(folder.path);
  try {
    // SQLite would make it readable by all, in a folder that may have been there before, and its WAL after it.
    closeSync(openSync(file, 'a', 0o600));
    return await openSqliteDatabase({
      file,
      engine: options.sqliteEngine,
      onStatement: options.onStatement,
      watchStatement: options.watchStatement,
      onClosed: () => {
        folder.release();
      },
    });
  } catch (error) {
    folder.release();
    throw error;
  }
}
