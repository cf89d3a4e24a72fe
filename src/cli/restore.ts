import { loadConfig } from '../config';
import { restoreSqlite } from '../database/sqlite-restore';
import { renewEpochs } from '../events/stream-epoch';
import { CommandError } from './failure';
import type { Terminal } from './terminal';

export interface RestoreOptions {
  readonly path: string;
  /** Keeps a database that is there aside; without it one is not touched. */
  readonly isReplacing: boolean;
}

/**
 * Puts a backup into the data folder of this configuration, which no server may have open. Clients that come back with
 * a cursor are told to read again: theirs may be from a time after the backup.
 */
export async function restore(terminal: Terminal, { path, isReplacing }: RestoreOptions): Promise<void> {
  const { dataDir, databaseUrl } = loadConfig(terminal.env);
  if (databaseUrl !== null) {
    throw new CommandError(
      'the data is in PostgreSQL: restore that with its own means, then run `amicus new-epoch`',
    );
  }
  const aside = await restoreSqlite({
    backup: path,
    dataDir,
    asideEnding: isReplacing ? `replaced-${new Date().toISOString().replaceAll(':', '-')}` : null,
    prepare: renewEpochs,
  });
  if (aside !== null) terminal.stdout.write(`the database that was there is now ${aside}\n`);
  terminal.stdout.write(`restored ${path} to ${dataDir}\n`);
}
