import { loadConfig } from '../config';
import { runLongTransaction } from '../database/long-transaction';
import { openDatabase } from '../database/open-database';
import { renewEpochs } from '../events/stream-epoch';
import type { Terminal } from './terminal';

/** Makes every event stream of the database a new one, after the database was set back to an earlier state. */
export async function renewEpoch(terminal: Terminal): Promise<void> {
  const { dataDir, databaseUrl } = loadConfig(terminal.env);
  await using database = await openDatabase({ dataDir, databaseUrl: databaseUrl ?? undefined });
  await runLongTransaction(database, renewEpochs);
  terminal.stdout.write('every event stream is a new one: clients that come back are told to read again\n');
}
