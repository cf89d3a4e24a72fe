import { defaultPostgresConfig, POOLER_SETTINGS } from './database/postgres-config';
import { optional, type Setting, toChoice, toInteger, toUrl } from './lib/setting';

/** The most that PostgreSQL takes for a time: milliseconds in 31 bits. */
const MOST_MS = 2_147_483_647;

/** The settings of a database server; without one they have no effect. */
export const databaseSettings = {
  databaseDirectUrl: {
    name: 'AMICUS_DATABASE_DIRECT_URL',
    default: '',
    description:
      'The same PostgreSQL past its connection pooler, for what a pooler cannot carry: notifications between servers, and `amicus migrate`. Unset, AMICUS_DATABASE_URL.',
    secret: true,
    parse: optional(toUrl('postgres', 'postgresql')),
  },
  databasePooler: {
    name: 'AMICUS_DATABASE_POOLER',
    default: defaultPostgresConfig.databasePooler,
    description:
      'What stands between this server and PostgreSQL: `transaction` for a pooler that lends a connection for one transaction, `session` for one that does not, or none; `auto` finds out at the start.',
    parse: toChoice(POOLER_SETTINGS),
  },
  databasePoolSize: {
    name: 'AMICUS_DATABASE_POOL_SIZE',
    default: String(defaultPostgresConfig.databasePoolSize),
    description:
      'Connections to PostgreSQL of each pool: a server has one pool for changes and one for reads, and one connection more for notifications.',
    parse: toInteger(1, 10_000),
  },
  databaseConnectTimeoutMs: milliseconds(
    'databaseConnectTimeoutMs',
    'CONNECT',
    'How long a call waits for a free connection, or for PostgreSQL to take a new one, before it fails.',
    1,
  ),
  databaseIdleTimeoutMs: milliseconds(
    'databaseIdleTimeoutMs',
    'IDLE',
    'After how long without use a connection is closed; 0 keeps it.',
  ),
  databaseStatementTimeoutMs: milliseconds(
    'databaseStatementTimeoutMs',
    'STATEMENT',
    'How long one SQL statement may take before PostgreSQL cancels it; 0 is no bound.',
  ),
  databaseLockTimeoutMs: milliseconds(
    'databaseLockTimeoutMs',
    'LOCK',
    'How long a statement may wait for a row that another transaction holds; 0 is no bound but that of the statement.',
  ),
  databaseIdleInTransactionTimeoutMs: milliseconds(
    'databaseIdleInTransactionTimeoutMs',
    'IDLE_IN_TRANSACTION',
    'After how long PostgreSQL ends a transaction in which nothing is asked for, such as that of a server that hangs; 0 is never.',
  ),
  databaseKeepAliveMs: {
    name: 'AMICUS_DATABASE_KEEPALIVE_MS',
    default: String(defaultPostgresConfig.databaseKeepAliveMs),
    description:
      'After how long a silence the system asks, by TCP keepalive, whether PostgreSQL is still there.',
    parse: toInteger(1_000, MOST_MS),
  },
  databaseReplicaUrl: {
    name: 'AMICUS_DATABASE_REPLICA_URL',
    default: '',
    description:
      'A streaming replica of the database, from which the profiles of strangers are read. Unset, everything is read from AMICUS_DATABASE_URL.',
    secret: true,
    parse: optional(toUrl('postgres', 'postgresql')),
  },
  databaseReplicaMaxLagMs: {
    name: 'AMICUS_DATABASE_REPLICA_MAX_LAG_MS',
    default: String(defaultPostgresConfig.databaseReplicaMaxLagMs),
    description: 'How far the replica may lag before it is not asked any more.',
    // Less than the ten minutes that a copy may be old by far.
    parse: toInteger(1_000, 60_000),
  },
} satisfies Record<string, Setting<unknown>>;

function milliseconds(
  key: `database${string}TimeoutMs` & keyof typeof defaultPostgresConfig,
  name: string,
  description: string,
  least = 0,
): Setting<number> {
  return {
    name: `AMICUS_DATABASE_${name}_TIMEOUT_MS`,
    default: String(defaultPostgresConfig[key]),
    description,
    parse: toInteger(least, MOST_MS),
  };
}
