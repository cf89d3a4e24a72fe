import { existsSync } from 'node:fs';
import { findSqliteCode, type SqliteHandle } from './sqlite-driver';
import { loadSqliteModule, type SqliteEngine } from './sqlite-module';
import { DatabaseFileError } from './sqlite-schema';

/**
 * A connection that shows the last state committed before it was opened until it is closed. It cannot write and no
 * writer waits for it, in whatever process; only the log of the database is not tidied away meanwhile.
 */
export function openSqliteSnapshot(file: string, engine?: SqliteEngine): SqliteHandle {
  if (!existsSync(file)) throw new DatabaseFileError(`There is no database at ${file}.`);
  const Sqlite = loadSqliteModule(engine);
  const handle = new Sqlite(file, { readonly: true, fileMustExist: true });
  try {
    handle.pragma('query_only = ON');
    handle.exec('BEGIN');
    // What a transaction shows is fixed by its first read.
    handle.prepare('SELECT count(*) FROM sqlite_master').all();
    return handle;
  } catch (error) {
    handle.close();
    if (findSqliteCode(error) !== 'SQLITE_NOTADB') throw error;
    throw new DatabaseFileError(`${file} is not a database of Amicus.`);
  }
}
