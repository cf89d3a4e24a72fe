import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { toSecretFile } from '../auth/secret';
import type { Config } from '../config';
import { toDatabaseFile, toLockFile } from '../database/data-folder';
import { createFileDraft } from '../lib/file-draft';
import { CommandError } from './failure';

export interface OutputFile {
  readonly path: string;
  readonly isOverwriting: boolean;
}

/**
 * Makes a file of what `write` puts under the path that it is given: whole and on disk once this resolves, and not there,
 * or as it was, when it rejects. Rejects before any work where there is no place for it, when a file is there that is not
 * to be replaced, and for the embedded database of this configuration and what belongs to it, whatever was asked for.
 */
export async function writeOutputFile<Result>(
  { path, isOverwriting }: OutputFile,
  { dataDir, databaseUrl }: Pick<Config, 'dataDir' | 'databaseUrl'>,
  write: (draftPath: string) => Promise<Result>,
): Promise<Result> {
  await requirePlace(path);
  if (databaseUrl === null) await refuseOwnDatabase(path, dataDir);
  const draft = await createFileDraft(path, isOverwriting);
  try {
    const result = await write(draft.path);
    await draft.publish();
    return result;
  } finally {
    await draft.discard();
  }
}

async function requirePlace(path: string): Promise<void> {
  if (path === '') throw new CommandError('the file needs a name');
  const folder = await stat(dirname(path)).catch(() => null);
  if (folder?.isDirectory() !== true) throw new CommandError(`there is no folder ${dirname(path)}`);
}

/** A server would go on writing to the file that was replaced, and all of that would be lost; or be alone no more. */
async function refuseOwnDatabase(path: string, dataDir: string): Promise<void> {
  const target = await stat(path).catch(() => null);
  if (target === null) return;
  const database = toDatabaseFile(dataDir);
  const others = [`${database}-wal`, `${database}-shm`, toLockFile(dataDir), toSecretFile(dataDir)];
  for (const file of [database, ...others]) {
    const own = await stat(file).catch(() => null);
    if (target.ino !== own?.ino || target.dev !== own.dev) continue;
    const what = file === database ? 'the database itself' : 'a part of the data folder';
    throw new CommandError(`${path} is ${what}: give another name`);
  }
}
