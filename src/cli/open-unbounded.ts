import type { Config } from '../config';
import { openDatabase } from '../database/open-database';
import { UNBOUNDED } from '../database/postgres-config';
import type { Database } from '../database/sql';

/** The database of the configuration, for work on all of it, which takes as long as it takes. Rejects as `openDatabase` does. */
export function openUnbounded(config: Config): Promise<Database> {
  const { dataDir, databaseUrl } = config;
  return openDatabase({
    dataDir,
    databaseUrl,
    // Nobody looks at strangers here: a replica would only be connected to.
    postgres: { ...config, databaseReplicaUrl: null, ...UNBOUNDED },
  });
}
