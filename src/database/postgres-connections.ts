import type { Pool, PoolClient, QueryConfig } from 'pg';
import type { DataSource } from 'typeorm';
import type { PostgresConfig } from './postgres-config';
import { requirePostgresPool } from './postgres-data-source';
import { NoConnectionError, isConnectTimeout } from './postgres-errors';
import type { Pooling } from './postgres-pooler';
import { toPostgresStatement } from './postgres-statement';
import { toTransactionSettings } from './postgres-timeouts';
import type { SqlValue } from './sql';
import { watchedLater, type ConnectionLoad, type StatementHooks } from './statement-watch';

// Named, so that a server with another default behaves alike.
const BEGIN = 'BEGIN ISOLATION LEVEL READ COMMITTED';

/** A pool, and how its connections are to be used. */
export class PostgresConnections {
  /** What begins a transaction: one round trip, whatever it holds. */
  readonly begin: string;
  readonly #pool: Pool;
  readonly #isPrepared: boolean;

  constructor(
    dataSource: DataSource,
    private readonly config: PostgresConfig,
    pooling: Pooling,
    private readonly hooks: StatementHooks = {},
  ) {
    this.#pool = requirePostgresPool(dataSource);
    this.#isPrepared = pooling === 'session';
    this.begin = pooling === 'session' ? BEGIN : `${BEGIN}; ${toTransactionSettings(config)}`;
  }

  /** A connection of one's own, to be released. Rejects with NoConnectionError when none becomes free in time. */
  async take(): Promise<PoolClient> {
    try {
      return await this.#pool.connect();
    } catch (error) {
      throw this.explain(error);
    }
  }

  /** One statement on whatever connection is free. Rejects as `take` does. */
  async query<Row extends object>(statement: QueryConfig): Promise<Row[]> {
    try {
      return (await this.#pool.query<Row>(statement)).rows;
    } catch (error) {
      throw this.explain(error);
    }
  }

  /** Runs a statement, with those told who look on. */
  watch<Result>(sql: string, run: () => Promise<Result>): Promise<Result> {
    this.hooks.onStatement?.(sql);
    return watchedLater(this.hooks.watchStatement, sql, run);
  }

  get load(): ConnectionLoad {
    const { totalCount, idleCount, waitingCount } = this.#pool;
    return { inUse: totalCount - idleCount, idle: idleCount, waiting: waitingCount };
  }

  toStatement(sql: string, values: readonly SqlValue[]): QueryConfig {
    return toPostgresStatement(sql, values, this.#isPrepared);
  }

  /** The error in the words of whom it concerns. */
  explain(error: unknown): unknown {
    if (!isConnectTimeout(error)) return error;
    const { databaseConnectTimeoutMs, databasePoolSize } = this.config;
    return new NoConnectionError(
      error,
      `No connection to PostgreSQL could be had within ${databaseConnectTimeoutMs} ms: all ${databasePoolSize} of the ` +
        'pool are in use (AMICUS_DATABASE_POOL_SIZE), or PostgreSQL does not take new ones.',
    );
  }
}
