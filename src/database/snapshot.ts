import { toDatabaseFile } from './data-folder';
import type { DatabaseOptions } from './open-database';
import { UNBOUNDED } from './postgres-config';
import { createPostgresMigrator } from './postgres-data-source';
import { requireCurrentSchema } from './postgres-schema';
import { toTransactionSettings } from './postgres-timeouts';
import { toPostgresStatement, toTupleStatement } from './postgres-statement';
import type { Queryable, SqlValue } from './sql';
import { SqliteConnection } from './sqlite-connection';
import { openSqliteSnapshot } from './sqlite-snapshot';
import { requireSqliteSchema } from './sqlite-schema';

/** One state of a database, the last one committed before it was opened, whatever is written meanwhile. */
export interface Snapshot extends Queryable, AsyncDisposable {}

/**
 * Opens the database that the options name for reading, also while servers work on it: no writer waits for it. Rejects
 * with nothing left open: when there is no database, or its schema is another version's.
 */
export async function openSnapshot(
  options: Pick<DatabaseOptions, 'dataDir' | 'databaseUrl'>,
): Promise<Snapshot> {
  const url = options.databaseUrl ?? null;
  return url === null ? openEmbedded(toDatabaseFile(options.dataDir)) : openPostgres(url);
}

function openEmbedded(file: string): Snapshot {
  const handle = openSqliteSnapshot(file);
  try {
    requireSqliteSchema(handle, file, 'exactly');
  } catch (error) {
    handle.close();
    throw error;
  }
  const connection = new SqliteConnection(handle, undefined);
  return {
    all: (sql, values) => connection.all(sql, values),
    tuples: (sql, values) => connection.tuples(sql, values),
    async [Symbol.asyncDispose]() {
      handle.close();
    },
  };
}

async function openPostgres(url: string): Promise<Snapshot> {
  // Without limits of time, those of the database itself included: what is read may be slow to write down.
  const dataSource = await createPostgresMigrator(url).initialize();
  try {
    await requireCurrentSchema(dataSource);
    const runner = dataSource.createQueryRunner();
    const client = (await runner.connect()) as {
      query(statement: unknown): Promise<{ rows: unknown[] }>;
    };
    await client.query({
      text: `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; ${toTransactionSettings(UNBOUNDED)}`,
    });
    return {
      all: async <Row>(sql: string, values: readonly SqlValue[] = []) =>
        (await client.query(toPostgresStatement(sql, values, false))).rows as Row[],
      tuples: async <Row>(sql: string, values: readonly SqlValue[] = []) =>
        (await client.query(toTupleStatement(toPostgresStatement(sql, values, false)))).rows as Row[],
      async [Symbol.asyncDispose]() {
        await runner.release();
        await dataSource.destroy();
      },
    };
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
}
