import { randomBytes } from 'node:crypto';
import { link, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { findErrorCode } from './system-error';

/** There is a file of this name, and it was not to be replaced. */
class FileExistsError extends Error {
  override readonly name = 'FileExistsError';

  constructor(readonly path: string) {
    super(`${path} is there already: give another name, or --overwrite.`);
  }
}

/** A file in the making, beside the place where it is to be; readable by its owner only. */
export interface FileDraft {
  readonly path: string;
  /** Puts the file in its place, whole and on disk. Rejects with FileExistsError, and then the draft stays. */
  publish(): Promise<void>;
  /** Removes what is left of it. Safe to call always. */
  discard(): Promise<void>;
}

/** Makes an empty draft. Rejects with FileExistsError before any work is done for nothing. */
export async function createFileDraft(target: string, isOverwriting: boolean): Promise<FileDraft> {
  if (!isOverwriting) await requireMissing(target);
  const path = `${target}.${randomBytes(4).toString('hex')}.part`;
  await (await open(path, 'wx', 0o600)).close();
  return {
    path,
    async publish() {
      await synchronize(path);
      if (isOverwriting) await rename(path, target);
      else await linkNew(path, target);
      await synchronize(dirname(target));
    },
    discard: () => rm(path, { force: true }),
  };
}

async function requireMissing(target: string): Promise<void> {
  const file = await open(target, 'r').catch((error: unknown) => {
    if (findErrorCode(error) === 'ENOENT') return null;
    throw error;
  });
  if (file === null) return;
  await file.close();
  throw new FileExistsError(target);
}

/** Unlike a rename, a link never replaces a file. */
async function linkNew(path: string, target: string): Promise<void> {
  await link(path, target).catch((error: unknown) => {
    throw findErrorCode(error) === 'EEXIST' ? new FileExistsError(target) : error;
  });
}

/** What was written to the file, or the names in the folder, outlive a loss of power. */
export async function synchronize(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
