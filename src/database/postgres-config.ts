/** How the connections to a database server are made and bounded. */
export interface PostgresConfig {
  /** Connections of each pool: a server has one pool for changes and one for reads. */
  readonly databasePoolSize: number;
  /** How long to wait for a free connection, and for the database to take a new one. */
  readonly databaseConnectTimeoutMs: number;
  readonly databaseIdleTimeoutMs: number;
  /** 0 is no bound, as in PostgreSQL; so for the next two. */
  readonly databaseStatementTimeoutMs: number;
  readonly databaseLockTimeoutMs: number;
  readonly databaseIdleInTransactionTimeoutMs: number;
  /** How long a connection may be silent before the system asks whether the other end is still there. */
  readonly databaseKeepAliveMs: number;
  readonly databasePooler: PoolerSetting;
  /** Past the pooler; null when there is none, or no other way. */
  readonly databaseDirectUrl: string | null;
  /** A streaming replica; null when there is none. */
  readonly databaseReplicaUrl: string | null;
  readonly databaseReplicaMaxLagMs: number;
}

export const POOLER_SETTINGS = ['auto', 'transaction', 'session'] as const;
export type PoolerSetting = (typeof POOLER_SETTINGS)[number];

export const defaultPostgresConfig: PostgresConfig = {
  databasePoolSize: 10,
  databaseConnectTimeoutMs: 30_000,
  databaseIdleTimeoutMs: 60_000,
  databaseStatementTimeoutMs: 30_000,
  databaseLockTimeoutMs: 10_000,
  databaseIdleInTransactionTimeoutMs: 10_000,
  databaseKeepAliveMs: 10_000,
  databasePooler: 'auto',
  databaseDirectUrl: null,
  databaseReplicaUrl: null,
  databaseReplicaMaxLagMs: 5_000,
};

/**
 * For commands that work on all rows at once: neither side gives a statement up, and a file that comes slowly does not end
 * the transaction that it goes into.
 */
export const UNBOUNDED = {
  databaseStatementTimeoutMs: 0,
  databaseLockTimeoutMs: 0,
  databaseIdleInTransactionTimeoutMs: 0,
} satisfies Partial<PostgresConfig>;
