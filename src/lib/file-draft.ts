import { randomBytes } from 'node:crypto';
import { link, lstat, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { findErrorCode } from './system-error';

/** There is a file of this name, and it was not to be replaced. */
export class FileExistsError extends Error {
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

/** What is there under this name is a folder, a device or the like, which no file may replace. */
class NoFileError extends Error {
  override readonly name = 'NoFileError';

  constructor(readonly path: string) {
    super(`${path} is no file: give another name.`);
  }
}

/**
 * Makes an empty draft. Rejects with FileExistsError or NoFileError before any work is done for nothing. Of a symbolic
 * link, the file is replaced that it leads to.
 */
export async function createFileDraft(name: string, isOverwriting: boolean): Promise<FileDraft> {
  if (!isOverwriting) await requireMissing(name);
  const target = isOverwriting ? await findReplaceable(name) : name;
  const path = `${target}.${randomBytes(4).toString('hex')}.part`;
  await (await open(path, 'wx', 0o600)).close();
  return {
    path,
    async publish() {
      await synchronize(path);
      if (isOverwriting) await rename(path, target);
      else await moveToNew(path, target);
      await synchronize(dirname(target));
    },
    discard: () => rm(path, { force: true }),
  };
}

async function findReplaceable(name: string): Promise<string> {
  try {
    const target = await realpath(name);
    if ((await stat(target)).isFile()) return target;
  } catch (error) {
    if (findErrorCode(error) === 'ENOENT') return name;
    throw error;
  }
  throw new NoFileError(name);
}

/** Opens nothing: a pipe would wait for somebody at its other end. */
async function requireMissing(target: string): Promise<void> {
  try {
    await lstat(target);
  } catch (error) {
    if (findErrorCode(error) === 'ENOENT') return;
    throw error;
  }
  throw new FileExistsError(target);
}

/**
 * Gives the file the name `target`; it may keep its own. Rejects with FileExistsError, and changes nothing, when there is
 * a file of that name. Unlike a rename, a link never replaces one. Where there are no links, an end between the last two
 * steps leaves an empty file, which nobody can take for a whole one.
 */
export async function moveToNew(path: string, target: string): Promise<void> {
  try {
    if (await tryLink(path, target)) return;
    // The name is taken by an empty file that is ours to replace.
    await (await open(target, 'wx', 0o600)).close();
  } catch (error) {
    throw findErrorCode(error) === 'EEXIST' ? new FileExistsError(target) : error;
  }
  try {
    await rename(path, target);
  } catch (error) {
    await rm(target, { force: true });
    throw error;
  }
}

/** What file systems without hard links say, such as FAT and some of networks. */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'];

/** Gives a file a second name; false where the file system has one name for each. Rejects where there is a file of that name. */
export async function tryLink(path: string, target: string): Promise<boolean> {
  try {
    await link(path, target);
    return true;
  } catch (error) {
    if (NO_LINKS.includes(findErrorCode(error) ?? '')) return false;
    throw error;
  }
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
