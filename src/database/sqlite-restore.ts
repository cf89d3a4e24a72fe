import { constants, existsSync } from 'node:fs';
import { chmod, copyFile, rename, rm } from 'node:fs/promises';
import { synchronize, tryLink } from '../lib/file-draft';
import { openDataFolder, toDatabaseFile } from './data-folder';
import { requireSoundSqlite } from './sqlite-check';
import { findSqliteCode } from './sqlite-driver';
import { loadSqliteModule } from './sqlite-module';
import type { Transaction } from './sql';
import { openSqliteDatabase } from './sqlite-database';

/** The folder has a database already. */
class DatabaseThereError extends Error {
  override readonly name = 'DatabaseThereError';

  constructor(file: string) {
    super(
      `There is a database at ${file} already: --replace keeps it aside and puts the backup in its place.`,
    );
  }
}

export interface RestoreOptions {
  readonly backup: string;
  readonly dataDir: string;
  /** A database that is there is kept beside under this ending; null refuses instead. */
  readonly asideEnding: string | null;
  /** Has its effect in the restored database before anybody can open that. */
  readonly prepare: (tx: Transaction) => Promise<void>;
}

/**
 * Puts a backup, brought up to the schema of this version, into a data folder that no server has, and gives where the
 * database that was there is now; null when there was none. Until the backup is whole and in its place
 * the folder serves as before. Rejects with DataFolderInUseError, DatabaseThereError or DatabaseFileError.
 */
export async function restoreSqlite(options: RestoreOptions): Promise<string | null> {
  const { backup, dataDir, asideEnding, prepare } = options;
  requireSoundSqlite(backup);
  using folder = openDataFolder(dataDir);
  const file = toDatabaseFile(folder.path);
  const isThere = existsSync(file) || existsSync(`${file}-wal`);
  if (isThere && asideEnding === null) throw new DatabaseThereError(file);
  const draft = `${file}.restoring`;
  try {
    // Of a restore that was killed.
    await removeDatabase(draft);
    // One that was kept aside, or copied from a server that was killed, has commits in a log beside it.
    for (const ending of ['', '-wal']) {
      if (!existsSync(backup + ending)) continue;
      await copyFile(backup + ending, draft + ending);
      await chmod(draft + ending, 0o600);
    }
    await prepareDatabase(draft, prepare);
    await synchronize(draft);
    const aside = `${file}.${asideEnding ?? ''}`;
    if (isThere) {
      await keepAside(file, aside);
      await removeLog(file);
      // Were the next name there after a loss of power, and the log too, SQLite would put that into the new database.
      await synchronize(folder.path);
    }
    await rename(draft, file);
    await synchronize(folder.path);
    return isThere ? aside : null;
  } finally {
    await removeDatabase(draft);
  }
}

async function prepareDatabase(file: string, prepare: RestoreOptions['prepare']): Promise<void> {
  await using database = await openSqliteDatabase({ file });
  await database.transaction(prepare);
}

/** Leaves the old database under both names, with its log as it is; as a copy where a file has but one name. */
async function keepAside(file: string, aside: string): Promise<void> {
  for (const ending of ['', '-wal']) {
    if (!existsSync(file + ending) || (await tryLink(file + ending, aside + ending))) continue;
    await copyFile(file + ending, aside + ending, constants.COPYFILE_EXCL);
    await chmod(aside + ending, 0o600);
    await synchronize(aside + ending);
  }
}

/**
 * Leaves nothing that SQLite would take for a part of the new database. What the log holds is written into the old one
 * before, so that this is whole should the restore be killed now; the log aside says the same again.
 */
async function removeLog(file: string): Promise<void> {
  if (existsSync(file)) emptySqliteLog(file);
  await rm(`${file}-wal`, { force: true });
  await rm(`${file}-shm`, { force: true });
}

/** Of one that SQLite cannot read there is nothing to save. */
function emptySqliteLog(file: string): void {
  const Sqlite = loadSqliteModule();
  const handle = new Sqlite(file, { fileMustExist: true });
  try {
    handle.pragma('wal_checkpoint(PASSIVE)');
  } catch (error) {
    if (!['SQLITE_NOTADB', 'SQLITE_CORRUPT'].some((code) => findSqliteCode(error)?.startsWith(code)))
      throw error;
  } finally {
    handle.close();
  }
}

/** With what SQLite keeps beside it: the log, which holds commits too, and the index of that. */
async function removeDatabase(file: string): Promise<void> {
  for (const ending of ['', '-wal', '-shm']) await rm(file + ending, { force: true });
}
