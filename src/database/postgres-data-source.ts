import type { ClientBase, Pool } from 'pg';
import { DataSource } from 'typeorm';
import { entities, migrations } from './schema';

/** TypeORM's default one prints to the console, among the server's JSON lines; what it says also rejects. */
const SILENT_LOGGER = 'debug';
/** Connections of each pool: a server has one for changes and one for reads. */
const POOL_SIZE = 10;
/** How long to wait for the server to answer, and for a free connection. */
const CONNECT_TIMEOUT_MS = 30_000;
const IDLE_TIMEOUT_MS = 60_000;
/** A statement that hangs, on a lock for one, and a client that went away within a transaction must not hold others. */
const TIMEOUTS = `SET statement_timeout = '30s'; SET idle_in_transaction_session_timeout = '60s'`;

/** Connections for transactions. */
export function createPostgresWriter(url: string): DataSource {
  return createDataSource(url, TIMEOUTS);
}

/**
 * Connections that cannot write. Apart from the others, so that a transaction that waits for a read never waits for
 * a connection that another transaction holds.
 */
export function createPostgresReader(url: string): DataSource {
  return createDataSource(url, `${TIMEOUTS}; SET default_transaction_read_only = on`);
}

/** Connections for migrations, which may take their time. */
export function createPostgresMigrator(url: string): DataSource {
  return createDataSource(url, 'SET statement_timeout = 0');
}

/** The pool under an initialized data source. It stays the data source's to close. */
export function requirePostgresPool(dataSource: DataSource): Pool {
  return (dataSource.driver as unknown as { master: Pool }).master;
}

/** @param session - run once on each connection before its first use */
function createDataSource(url: string, session: string): DataSource {
  return new DataSource({
    type: 'postgres',
    url,
    poolSize: POOL_SIZE,
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    applicationName: 'amicus',
    installExtensions: false,
    entities,
    migrations,
    logger: SILENT_LOGGER,
    extra: {
      keepAlive: true,
      idleTimeoutMillis: IDLE_TIMEOUT_MS,
      // Not start-up options: connection poolers refuse those, and one in the URL would replace them.
      onConnect: (client: ClientBase) => client.query(session),
    },
  });
}
