import { join } from 'node:path';
import { createPostgresMigrator } from './src/database/postgres-data-source';
import { createSqliteWriter } from './src/database/sqlite-data-source';

const url = process.env['AMICUS_DATABASE_URL'] ?? '';

/**
 * The database of the server's settings as TypeORM's command line opens it. Stop the server of an embedded one first:
 * this takes no lock. Migrations are better left to `amicus migrate`, which does.
 */
export default (url === ''
  ? createSqliteWriter(join(process.env['AMICUS_DATA_DIR'] ?? 'data', 'amicus.sqlite'))
  : createPostgresMigrator(url)
).setOptions({ logger: 'advanced-console' });
