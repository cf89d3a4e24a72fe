import { loadConfig } from '../config';
import { lockAllStreams, renewEpochs } from '../events/stream-epoch';
import { requireDatabase } from './beside-server';
import { openUnbounded } from './open-unbounded';
import type { Terminal } from './terminal';

/** Makes every event stream of the database a new one, after the database was set back to an earlier state. */
export async function renewEpoch(terminal: Terminal): Promise<void> {
  const config = loadConfig(terminal.env);
  requireDatabase(config);
  await using database = await openUnbounded(config);
  await database.transaction(async (tx) => {
    if (database.dialect.name === 'postgres') await lockAllStreams(tx);
    await renewEpochs(tx);
  });
  terminal.stdout.write('every event stream is a new one: clients that come back are told to read again\n');
}
