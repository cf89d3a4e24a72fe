import { loadConfig } from '../config';
import { openDatabase } from '../database/open-database';
import { UNBOUNDED } from '../database/postgres-config';
import { renewEpochs } from '../events/stream-epoch';
import type { Terminal } from './terminal';

/** Makes every event stream of the database a new one, after the database was set back to an earlier state. */
export async function renewEpoch(terminal: Terminal): Promise<void> {
  const config = loadConfig(terminal.env);
  const { dataDir, databaseUrl } = config;
  await using database = await openDatabase({
    dataDir,
    databaseUrl,
    postgres: { ...config, databaseReplicaUrl: null, ...UNBOUNDED },
  });
  await database.transaction(renewEpochs);
  terminal.stdout.write('every event stream is a new one: clients that come back are told to read again\n');
}
