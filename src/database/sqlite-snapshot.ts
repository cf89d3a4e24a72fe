import { accessSync, constants, statSync } from 'node:fs';
import { findErrorCode } from '../lib/system-error';
import type { SqliteHandle } from './sqlite-driver';
import { loadSqliteModule, type SqliteEngine } from './sqlite-module';
import { DatabaseFileError, toFileError } from './sqlite-schema';

/**
 * A connection that shows the last state committed before it was opened until it is closed. It cannot write and no
 * writer waits for it, in whatever process; only the log of the database is not tidied away meanwhile.
 */
export function openSqliteSnapshot(file: string, engine?: SqliteEngine): SqliteHandle {
  requireFile(file);
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
    throw toFileError(error, file);
  }
}

/**
 * SQLite would say that something failed, and not of which file. Nothing is opened for it: by closing a file, a process
 * lets go of every lock that it has on it.
 */
function requireFile(file: string): void {
  try {
    accessSync(file, constants.R_OK);
  } catch (error) {
    if (findErrorCode(error) === 'ENOENT') throw new DatabaseFileError(`There is no database at ${file}.`);
    throw error;
  }
  if (statSync(file).isDirectory()) throw new DatabaseFileError(`${file} is a folder and not a database.`);
}
