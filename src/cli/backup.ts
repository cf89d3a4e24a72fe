import { loadConfig } from '../config';
import { toDatabaseFile } from '../database/data-folder';
import { backUpSqlite } from '../database/sqlite-backup';
import { CommandError } from './failure';
import { type OutputFile, writeOutputFile } from './output-file';
import { Progress } from './progress';
import { toRowsText } from './row-counts';
import type { Terminal } from './terminal';

/** Copies the embedded database of this configuration, beside a running server or without one, and prints what it holds. */
export async function backUp(terminal: Terminal, output: OutputFile): Promise<void> {
  const { dataDir, databaseUrl } = loadConfig(terminal.env);
  if (databaseUrl !== null) {
    throw new CommandError(
      'the data is in PostgreSQL: back that up with its own means, such as pg_dump or an archive of its log, ' +
        'and run `amicus new-epoch` after a restore',
    );
  }
  const { path } = output;
  // A database is not written from its beginning to its end.
  if (path === '-') throw new CommandError('a backup cannot go to standard output: give the name of a file');
  const rows = await writeOutputFile(output, { dataDir, databaseUrl }, async (draftPath) => {
    let progress: Progress | undefined;
    try {
      return await backUpSqlite(toDatabaseFile(dataDir), draftPath, ({ totalPages, remainingPages }) => {
        progress ??= new Progress(terminal.stderr, path, totalPages, undefined, 'page');
        progress.update(totalPages - remainingPages, totalPages - remainingPages);
      });
    } finally {
      progress?.leave();
    }
  });
  terminal.stdout.write(`backed up to ${path}; ${toRowsText(rows)}\n`);
}
