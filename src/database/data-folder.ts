import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../lib/make-folder';
import { findErrorCode } from '../lib/system-error';
import { findSqliteCode, type SqliteHandle } from './sqlite-driver';
import { loadSqliteModule, type SqliteEngine } from './sqlite-module';

/** Another process, or another part of this one, works in the folder. */
export class DataFolderInUseError extends Error {
  override readonly name = 'DataFolderInUseError';

  constructor(readonly folder: string) {
    super(
      `The data folder ${folder} is in use by another Amicus server: stop that one, or give this one a folder of ` +
        'its own in AMICUS_DATA_DIR.',
    );
  }
}

/** Where the embedded database of a data folder is. */
export function toDatabaseFile(folder: string): string {
  return join(folder, 'amicus.sqlite');
}

/** What a process holds for as long as the folder is its own. */
export function toLockFile(folder: string): string {
  return join(folder, 'amicus.lock');
}

/** A folder that is this process's alone until it is released, or until the process ends in whatever way. */
export interface DataFolder extends Disposable {
  readonly path: string;
  /** Lets others in. Safe to call twice. */
  release(): void;
}

/**
 * Makes the folder when missing, readable by its owner only, and takes it. Throws `DataFolderInUseError` at once when
 * it is taken.
 */
export function openDataFolder(path: string, engine?: SqliteEngine): DataFolder {
  makeFolder(path);
  const Sqlite = loadSqliteModule(engine);
  // A file apart from the database, locked through SQLite: the operating system drops the lock with the process, so
  // that nothing stale is left after a crash, and the lock is the same one for either engine.
  const file = toLockFile(path);
  makeLockFile(file);
  const lock = new Sqlite(file, { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    throw findSqliteCode(error)?.startsWith('SQLITE_BUSY') === true ? new DataFolderInUseError(path) : error;
  }
  return new LockedDataFolder(path, lock);
}

/**
 * SQLite would make it readable by all, and its journal after it. One that is there is not even opened: by closing a file,
 * a process lets go of every lock that it has on it, also of those that another part of it took.
 */
function makeLockFile(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if (findErrorCode(error) !== 'EEXIST') throw error;
  }
}

class LockedDataFolder implements DataFolder {
  readonly #lock: SqliteHandle;

  constructor(
    readonly path: string,
    lock: SqliteHandle,
  ) {
    this.#lock = lock;
  }

  release(): void {
    this.#lock.close();
  }

  [Symbol.dispose](): void {
    this.release();
  }
}
