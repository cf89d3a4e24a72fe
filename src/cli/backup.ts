import { loadConfig } from '../config';
import { toDatabaseFile } from '../database/data-folder';
import { backUpSqlite } from '../database/sqlite-backup';
import { createFileDraft } from '../lib/file-draft';
import { CommandError } from './failure';
import { refuseOwnDatabase } from './own-database';
import { Progress } from './progress';
import { toRowsText } from './row-counts';
import type { Terminal } from './terminal';

export interface BackupOptions {
  readonly path: string;
  readonly isOverwriting: boolean;
}

/** Copies the embedded database of this configuration, beside a running server or without one, and prints what it holds. */
export async function backUp(terminal: Terminal, { path, isOverwriting }: BackupOptions): Promise<void> {
  const { dataDir, databaseUrl } = loadConfig(terminal.env);
  if (databaseUrl !== null) {
    throw new CommandError(
      'the data is in PostgreSQL: back that up with its own means, such as pg_dump or an archive of its log, ' +
        'and run `amicus new-epoch` after a restore',
    );
  }
  await refuseOwnDatabase(path, dataDir);
  const draft = await createFileDraft(path, isOverwriting);
  let progress: Progress | undefined;
  try {
    const rows = await backUpSqlite(toDatabaseFile(dataDir), draft.path, ({ totalPages, remainingPages }) => {
      progress ??= new Progress(terminal.stderr, path, totalPages, undefined, 'page');
      progress.update(totalPages - remainingPages, totalPages - remainingPages);
    });
    progress?.leave();
    await draft.publish();
    terminal.stdout.write(`backed up to ${path}; ${toRowsText(rows)}\n`);
  } finally {
    progress?.leave();
    await draft.discard();
  }
}
