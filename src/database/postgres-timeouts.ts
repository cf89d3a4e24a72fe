import type { PostgresConfig } from './postgres-config';

/** How much longer than PostgreSQL this side waits: it takes the word of PostgreSQL if that comes at all. */
const ANSWER_MS = 5_000;

/**
 * What a page that is looked up costs, in pages that are read in order. By PostgreSQL's own 4 it reads whole tables of up
 * to some ten thousand rows for every batch of a few keys, which takes it ten times as long.
 */
const PAGE_COST = 1.1;

type Timeouts = Pick<
  PostgresConfig,
  'databaseStatementTimeoutMs' | 'databaseLockTimeoutMs' | 'databaseIdleInTransactionTimeoutMs'
>;

/** Statements that bound what follows on a connection, and say how it is planned. */
export function toSessionSettings(timeouts: Timeouts): string {
  return toSettings('SET', timeouts);
}

/** The same for what follows in a transaction; they leave nothing on the connection. */
export function toTransactionSettings(timeouts: Timeouts): string {
  return toSettings('SET LOCAL', timeouts);
}

/** After how long a statement is given up whose answer does not come, as when the network swallows it; false is never. */
export function toQueryTimeoutMs({ databaseStatementTimeoutMs: ms }: Timeouts): number | false {
  return ms === 0 ? false : ms + ANSWER_MS;
}

/** With statements bounded by `timeoutMs` as well; 0 is no bound. */
export function withStatementTimeout(config: PostgresConfig, timeoutMs: number): PostgresConfig {
  const bounds = [config.databaseStatementTimeoutMs, timeoutMs].filter((ms) => ms > 0);
  return { ...config, databaseStatementTimeoutMs: bounds.length === 0 ? 0 : Math.min(...bounds) };
}

function toSettings(
  set: string,
  { databaseStatementTimeoutMs, databaseLockTimeoutMs, databaseIdleInTransactionTimeoutMs }: Timeouts,
): string {
  return [
    `statement_timeout = ${databaseStatementTimeoutMs}`,
    `lock_timeout = ${databaseLockTimeoutMs}`,
    `idle_in_transaction_session_timeout = ${databaseIdleInTransactionTimeoutMs}`,
    `random_page_cost = ${PAGE_COST}`,
  ]
    .map((setting) => `${set} ${setting}`)
    .join('; ');
}
