import { DataSource } from 'typeorm';
import { entities, migrations } from './schema';
import type { SqliteHandle } from './sqlite-driver';
import { loadSqliteModule, type SqliteEngine } from './sqlite-module';

/** TypeORM's default one prints to the console, among the server's JSON lines; what it says also rejects. */
const SILENT_LOGGER = 'debug';

/** How far the log may grow before a commit has to tidy it away itself: 64 MiB. */
const MAX_LOG_PAGES = 16_000;

/**
 * How much of the file reads look at in place, in the system's own cache: as much as SQLite can. Copying each page out of
 * it instead makes a page of friends in a large file a third dearer.
 */
const MAPPED_BYTES = 2 ** 31 - 2 ** 16;

/** The one connection that writes. A commit is on disk when it returns (WAL, `synchronous=FULL`). */
export function createSqliteWriter(file: string, engine?: SqliteEngine): DataSource {
  return new DataSource({
    type: 'better-sqlite3',
    driver: loadSqliteModule(engine),
    database: file,
    enableWAL: true,
    timeout: 5000,
    prepareDatabase: (handle: SqliteHandle) => {
      handle.pragma('synchronous = FULL');
      // What is deleted or replaced is overwritten, and not left in the file until its page is used again.
      handle.pragma('secure_delete = ON');
      handle.pragma(`wal_autocheckpoint = ${MAX_LOG_PAGES}`);
    },
    entities,
    migrations,
    logger: SILENT_LOGGER,
  });
}

/** A connection that cannot write. The file must be there, in WAL mode: open the writer first. */
export function createSqliteReader(file: string, engine?: SqliteEngine): DataSource {
  return new DataSource({
    type: 'better-sqlite3',
    driver: loadSqliteModule(engine),
    database: file,
    readonly: true,
    fileMustExist: true,
    timeout: 5000,
    prepareDatabase: (handle: SqliteHandle) => {
      handle.pragma('query_only = ON');
      handle.pragma(`mmap_size = ${MAPPED_BYTES}`);
    },
    logger: SILENT_LOGGER,
  });
}

/** The connection under an initialized data source. It stays the data source's to close. */
export function requireSqliteHandle(dataSource: DataSource): SqliteHandle {
  return (dataSource.driver as unknown as { databaseConnection: SqliteHandle }).databaseConnection;
}
