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
/**
 * A statement that hangs, on a lock for one, must not hold others; nor must a process that was stopped or cut off within
 * a transaction, with locks of users and of jobs that others then take over.
 */
const TIMEOUTS = `SET statement_timeout = '30s'; SET idle_in_transaction_session_timeout = '10s'`;
/** Longer than a server that is still there takes to say so itself. */
const ANSWER_TIMEOUT_MS = 35_000;
/** An idle connection that leads nowhere is found after this and ten seconds more. */
const KEEP_ALIVE_MS = 10_000;

/** Connections for transactions. */
export function createPostgresWriter(url: string): DataSource {
  return createDataSource(url, TIMEOUTS, ANSWER_TIMEOUT_MS);
}

/**
 * Connections that cannot write. Apart from the others, so that a transaction that waits for a read never waits for
 * a connection that another transaction holds.
 */
export function createPostgresReader(url: string): DataSource {
  return createDataSource(url, `${TIMEOUTS}; SET default_transaction_read_only = on`, ANSWER_TIMEOUT_MS);
}

/** Connections for migrations, which may take their time. */
export function createPostgresMigrator(url: string): DataSource {
  return createDataSource(url, 'SET statement_timeout = 0');
}

/** The pool under an initialized data source. It stays the data source's to close. */
export function requirePostgresPool(dataSource: DataSource): Pool {
  return (dataSource.driver as unknown as { master: Pool }).master;
}

/**
 * @param session - run once on each connection before its first use
 * @param answerMs - how long to wait for one answer; 0 for as long as it takes
 */
function createDataSource(url: string, session: string, answerMs = 0): DataSource {
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
      keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
      query_timeout: answerMs,
      idleTimeoutMillis: IDLE_TIMEOUT_MS,
      // Not start-up options: connection poolers refuse those, and one in the URL would replace them.
      onConnect: (client: ClientBase) => client.query(session),
    },
  });
}
