import { type DataSource, MigrationExecutor } from 'typeorm';
import { createPostgresMigrator } from './postgres-data-source';
import { migrations } from './schema';

/** The database has not the schema that this version works with; the message says what to do. */
class SchemaMismatchError extends Error {
  override readonly name = 'SchemaMismatchError';
}

/** Any number will do that nobody else takes: held while migrations run, per database. */
const MIGRATION_LOCK = 4_162_870_213;

/** Migrations take as long as they take, and wait for each other. */
const UNBOUNDED =
  'SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0';

const known = migrations.map((migration) => migration.name);

/** Rejects with SchemaMismatchError unless exactly the migrations of this version were applied. */
export async function requireCurrentSchema(dataSource: DataSource): Promise<void> {
  const applied = await loadApplied(dataSource);
  refuseNewer(applied);
  if (known.every((name) => applied.includes(name))) return;
  throw new SchemaMismatchError(
    'The PostgreSQL database has not got the schema of this version yet: run `amicus migrate` with the same ' +
      'settings, then start again.',
  );
}

/**
 * Brings the database to the schema of this version and gives the names of all its migrations, oldest first. Of
 * several that run at once, one works and the others wait for it. Rejects with SchemaMismatchError when a newer
 * version was there before, and nothing is changed.
 */
export async function migratePostgres(url: string): Promise<string[]> {
  const dataSource = await createPostgresMigrator(url).initialize();
  try {
    return await runMigrations(dataSource);
  } finally {
    await dataSource.destroy();
  }
}

async function runMigrations(dataSource: DataSource): Promise<string[]> {
  const runner = dataSource.createQueryRunner();
  try {
    // One transaction for all: a pooler may lend another connection to each.
    // Named, so that who has waited for the lock sees what was done meanwhile, whatever the server's default is.
    await runner.startTransaction('READ COMMITTED');
    await runner.query(UNBOUNDED);
    // Goes with the transaction, also when the process dies.
    await runner.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    refuseNewer(await loadApplied(runner));
    await new MigrationExecutor(dataSource, runner).executePendingMigrations();
    const applied = await loadApplied(runner);
    await runner.commitTransaction();
    return applied;
  } catch (error) {
    await runner.rollbackTransaction();
    throw error;
  } finally {
    await runner.release();
  }
}

function refuseNewer(applied: readonly string[]): void {
  const unknown = applied.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw new SchemaMismatchError(
    `The PostgreSQL database has a schema that this version of Amicus does not know (${unknown.join(', ')}): ` +
      'run the newer version that made it, or use another database.',
  );
}

/** Oldest first; none when nothing was ever applied. */
async function loadApplied(from: Pick<DataSource, 'query'>): Promise<string[]> {
  const [table] = await from.query<{ there: boolean }[]>(
    `SELECT to_regclass('migrations') IS NOT NULL AS there`,
  );
  if (table?.there !== true) return [];
  const rows = await from.query<{ name: string }[]>('SELECT name FROM migrations ORDER BY timestamp');
  return rows.map((row) => row.name);
}
