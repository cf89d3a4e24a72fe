import { join } from 'node:path';
import { createSqliteWriter } from './src/database/sqlite-data-source';

/** The embedded database as TypeORM's command line opens it. Stop the server first: this takes no lock. */
export default createSqliteWriter(join(process.env['AMICUS_DATA_DIR'] ?? 'data', 'amicus.sqlite')).setOptions(
  {
    logger: 'advanced-console',
  },
);
