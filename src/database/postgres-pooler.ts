import { Client } from 'pg';
import type { PoolerSetting, PostgresConfig } from './postgres-config';

/**
 * What a connection is good for. Of a pooler in transaction mode (PgBouncer's) each transaction may get another
 * connection of PostgreSQL: what one leaves behind, a prepared statement or a setting, is somebody else's afterwards.
 */
export type Pooling = Exclude<PoolerSetting, 'auto'>;

/** A pooler in transaction mode is between here and PostgreSQL, where something is needed that it does not carry. */
class PoolerError extends Error {
  override readonly name = 'PoolerError';
}

/**
 * What the setting says, or what a connection of its own shows. Taken for a pooler in transaction mode is whatever
 * stands in between: to treat another as one costs a little time, the other way round changes would be lost.
 */
export async function findPooling(url: string, config: PostgresConfig): Promise<Pooling> {
  if (config.databasePooler !== 'auto') return config.databasePooler;
  const client = new Client({
    connectionString: url,
    application_name: 'amicus',
    connectionTimeoutMillis: config.databaseConnectTimeoutMs,
    query_timeout: config.databaseConnectTimeoutMs,
  });
  // A loss rejects the query, too.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await isPooled(client)) ? 'transaction' : 'session';
  } finally {
    await client.end();
  }
}

/** Rejects with what to do when the connection is not PostgreSQL's own: it would never hear a notification. */
export async function requireOwnConnection(client: Client): Promise<void> {
  if (!(await isPooled(client))) return;
  throw new PoolerError(
    'Notifications do not get through a connection pooler in transaction mode: set AMICUS_DATABASE_DIRECT_URL to ' +
      'PostgreSQL itself or AMICUS_REDIS_URL; or AMICUS_DATABASE_POOLER=session if the pooler is in session mode.',
  );
}

/** A pooler cannot say in advance which process of PostgreSQL will serve the connection; it invents a number. */
async function isPooled(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const { processID } = client as unknown as { processID: number | null };
  return rows[0]?.pid !== processID;
}
