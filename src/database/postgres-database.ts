import type { Pool } from 'pg';
import type { DataSource } from 'typeorm';
import { UnderWay } from '../lib/under-way';
import { createPostgresReader, createPostgresWriter, requirePostgresPool } from './postgres-data-source';
import { postgresDialect } from './postgres-dialect';
import { isConnectionLost, isUnavailable } from './postgres-errors';
import { Interruption, retryInterrupted } from './postgres-retry';
import { requireCurrentSchema } from './postgres-schema';
import { toPostgresStatement } from './postgres-statement';
import { runPostgresTransaction } from './postgres-transaction';
import type { Database, Queryable, SqlValue, Transaction } from './sql';
import { DatabaseUnavailableError } from './unavailable';

export interface PostgresDatabaseOptions {
  readonly url: string;
  /** Gets the text of each statement before it runs, BEGIN, COMMIT and ROLLBACK included; not those of opening. */
  readonly onStatement?: ((sql: string) => void) | undefined;
}

/**
 * Connects to a database that has exactly the schema of this version; any other is refused with what to do. Rejects
 * with nothing left open.
 */
export async function openPostgresDatabase(options: PostgresDatabaseOptions): Promise<Database> {
  const writer = await createPostgresWriter(options.url).initialize();
  try {
    await requireCurrentSchema(writer);
    const reader = await createPostgresReader(options.url).initialize();
    return new PostgresDatabase(writer, reader, options.onStatement);
  } catch (error) {
    await writer.destroy();
    throw error;
  }
}

class PostgresDatabase implements Database {
  readonly dialect = postgresDialect;
  readonly reader: Queryable;
  readonly #writerSource: DataSource;
  readonly #readerSource: DataSource;
  readonly #reader: PostgresReader;
  readonly #onStatement: ((sql: string) => void) | undefined;
  readonly #underWay = new UnderWay();
  #stopped: Promise<void> | undefined;

  constructor(writer: DataSource, reader: DataSource, onStatement: ((sql: string) => void) | undefined) {
    this.#writerSource = writer;
    this.#readerSource = reader;
    this.#onStatement = onStatement;
    this.#reader = new PostgresReader(requirePostgresPool(reader), onStatement);
    this.reader = this.#reader;
  }

  async transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    if (this.#stopped !== undefined) {
      throw new Error('The database is stopped: it takes no more transactions.');
    }
    const pool = requirePostgresPool(this.#writerSource);
    return this.#underWay.run(() =>
      runPostgresTransaction(pool, this.#onStatement, work).catch(throwAsUnavailable),
    );
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#close();
    return this.#stopped;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #close(): Promise<void> {
    await this.#underWay.idle();
    await this.#reader.stop();
    try {
      await this.#readerSource.destroy();
    } finally {
      await this.#writerSource.destroy();
    }
  }
}

function throwAsUnavailable(error: unknown): never {
  throw isUnavailable(error) ? new DatabaseUnavailableError(error) : error;
}

/** Each statement on its own, on whatever connection is free. Nothing depends on a lost one, so it is asked again. */
class PostgresReader implements Queryable {
  readonly #pool: Pool;
  readonly #onStatement: ((sql: string) => void) | undefined;
  readonly #underWay = new UnderWay();
  #stopped = false;

  constructor(pool: Pool, onStatement: ((sql: string) => void) | undefined) {
    this.#pool = pool;
    this.#onStatement = onStatement;
  }

  async all<Row = never>(sql: string, values: readonly SqlValue[] = []): Promise<Row[]> {
    if (this.#stopped) throw new Error('The database is stopped: it takes no more statements.');
    const statement = toPostgresStatement(sql, values);
    const read = async (): Promise<Row[]> => {
      this.#onStatement?.(sql);
      try {
        return (await this.#pool.query<Row & object>(statement)).rows;
      } catch (error) {
        throw isConnectionLost(error) ? new Interruption(error) : error;
      }
    };
    return this.#underWay.run(() => retryInterrupted(read).catch(throwAsUnavailable));
  }

  /** Refuses statements from now on; resolves when those under way are answered. */
  stop(): Promise<void> {
    this.#stopped = true;
    return this.#underWay.idle();
  }
}
