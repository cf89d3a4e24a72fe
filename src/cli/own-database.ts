import { stat } from 'node:fs/promises';
import { toDatabaseFile } from '../database/data-folder';
import { CommandError } from './failure';

/**
 * Rejects with CommandError when the path leads to the embedded database itself: a server would go on writing to the
 * file that was replaced, and all of that would be lost.
 */
export async function refuseOwnDatabase(path: string, dataDir: string): Promise<void> {
  const [target, database] = await Promise.all(
    [path, toDatabaseFile(dataDir)].map((file) => stat(file).catch(() => null)),
  );
  if (!target || target.ino !== database?.ino || target.dev !== database.dev) return;
  throw new CommandError(`${path} is the database itself: give another name`);
}
