import type { ClientBase, Pool } from 'pg';
import { DataSource } from 'typeorm';
import { defaultPostgresConfig, type PostgresConfig } from './postgres-config';
import type { Pooling } from './postgres-pooler';
import { toQueryTimeoutMs, toSessionSettings } from './postgres-timeouts';
import { entities, migrations } from './schema';

/** TypeORM's default one prints to the console, among the server's JSON lines; what it says also rejects. */
const SILENT_LOGGER = 'debug';

/** Fails as if the server were starting, so that another connection is made: its address may lead to the primary then. */
const REFUSE_STANDBY = `DO $$ BEGIN
  IF pg_is_in_recovery() THEN
    RAISE 'This server is a standby, not the primary.' USING ERRCODE = 'cannot_connect_now';
  END IF;
END $$`;

/** Connections for transactions. */
export function createPostgresWriter(url: string, config: PostgresConfig, pooling: Pooling): DataSource {
  return createDataSource(url, config, pooling === 'session' ? toSessionSettings(config) : null, false);
}

/**
 * Connections to the primary that cannot write, unless a pooler is in between. Apart from the others, so that a
 * transaction that waits for a read never waits for a connection that another transaction holds.
 */
export function createPostgresReader(url: string, config: PostgresConfig, pooling: Pooling): DataSource {
  // A standby would be read from, as late as it is, for as long as the connection is used.
  const settings = `${toSessionSettings(config)}; ${REFUSE_STANDBY}; SET default_transaction_read_only = on`;
  const isShared = toLaneCount(config, pooling) > 0;
  return createDataSource(url, config, pooling === 'session' ? settings : null, isShared);
}

/**
 * How many connections for reads several statements may share, for as long as there are any: half of them, so that
 * whoever needs one alone comes to it. None through a pooler, which may give each statement another one.
 */
export function toLaneCount({ databasePoolSize }: PostgresConfig, pooling: Pooling): number {
  return pooling === 'session' ? Math.floor(databasePoolSize / 2) : 0;
}

/** A connection for migrations, which may take their time. */
export function createPostgresMigrator(url: string): DataSource {
  return createDataSource(url, { ...defaultPostgresConfig, databaseStatementTimeoutMs: 0 }, null, false);
}

/** The pool under an initialized data source. It stays the data source's to close. */
export function requirePostgresPool(dataSource: DataSource): Pool {
  return (dataSource.driver as unknown as { master: Pool }).master;
}

/**
 * @param session - run once on each connection before its first use
 * @param isShared - whether a connection may be sent a statement before it has answered the one before
 */
function createDataSource(
  url: string,
  config: PostgresConfig,
  session: string | null,
  isShared: boolean,
): DataSource {
  return new DataSource({
    type: 'postgres',
    url,
    poolSize: config.databasePoolSize,
    connectTimeoutMS: config.databaseConnectTimeoutMs,
    applicationName: 'amicus',
    installExtensions: false,
    entities,
    migrations,
    logger: SILENT_LOGGER,
    extra: {
      keepAlive: true,
      keepAliveInitialDelayMillis: config.databaseKeepAliveMs,
      idleTimeoutMillis: config.databaseIdleTimeoutMs,
      query_timeout: toQueryTimeoutMs(config),
      pipeline: isShared,
      // Not start-up options: connection poolers refuse those, and one in the URL would replace them.
      ...(session !== null && { onConnect: (client: ClientBase) => client.query(session) }),
    },
  });
}
