import { countSqliteRows, requireSoundSqlite } from './sqlite-check';
import type { BackupPages } from './sqlite-driver';
import { loadSqliteModule } from './sqlite-module';
import { DatabaseFileError } from './sqlite-schema';
import { openSqliteSnapshot } from './sqlite-snapshot';

const PAGES_PER_STEP = 1_000;

/**
 * Copies a database as it stands at this moment, while others write to it, into the empty file `copy`, which
 * needs no other beside it. Rejects unless the copy is sound and holds as many rows as the original did at that moment; gives these.
 */
export async function backUpSqlite(
  file: string,
  copy: string,
  onProgress: (pages: BackupPages) => void,
): Promise<Record<string, number>> {
  const snapshot = openSqliteSnapshot(file);
  try {
    const counts = countSqliteRows(snapshot);
    await snapshot.backup(copy, {
      progress: (pages) => {
        onProgress(pages);
        return PAGES_PER_STEP;
      },
    });
    toSingleFile(copy);
    // What it says is true of the original too, and the copy is gone when it is read.
    const held = requireSoundSqlite(copy, file);
    if (JSON.stringify(held) !== JSON.stringify(counts)) {
      throw new DatabaseFileError(`The copy of ${file} does not hold what the original does.`);
    }
    return counts;
  } finally {
    snapshot.close();
  }
}

/** The copy would have a log beside it, as the original has. */
function toSingleFile(file: string): void {
  const Sqlite = loadSqliteModule();
  const handle = new Sqlite(file, { fileMustExist: true });
  try {
    handle.pragma('journal_mode = DELETE');
  } finally {
    handle.close();
  }
}
