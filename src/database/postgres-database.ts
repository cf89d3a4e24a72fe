import type { DataSource } from 'typeorm';
import { UnderWay } from '../lib/under-way';
import { defaultPostgresConfig, type PostgresConfig } from './postgres-config';
import { PostgresConnections } from './postgres-connections';
import { createPostgresReader, createPostgresWriter } from './postgres-data-source';
import { postgresDialect } from './postgres-dialect';
import { throwAsUnavailable } from './postgres-errors';
import { findPooling } from './postgres-pooler';
import { PostgresReader } from './postgres-reader';
import { requireCurrentSchema } from './postgres-schema';
import { runPostgresTransaction } from './postgres-transaction';
import type { Database, Queryable, Transaction } from './sql';

export interface PostgresDatabaseOptions {
  readonly url: string;
  /** What is left out is as the manual says. */
  readonly config?: Partial<PostgresConfig> | undefined;
  /** Gets the text of each statement before it runs, BEGIN, COMMIT and ROLLBACK included; not those of opening. */
  readonly onStatement?: ((sql: string) => void) | undefined;
}

/**
 * Connects to a database that has exactly the schema of this version; any other is refused with what to do. Rejects
 * with nothing left open.
 */
export async function openPostgresDatabase({
  url,
  onStatement,
  ...options
}: PostgresDatabaseOptions): Promise<Database> {
  const config = { ...defaultPostgresConfig, ...options.config };
  const pooling = await findPooling(url, config);
  const toConnections = (dataSource: DataSource): PostgresConnections =>
    new PostgresConnections(dataSource, config, pooling, onStatement);
  const writer = await createPostgresWriter(url, config, pooling).initialize();
  try {
    await requireCurrentSchema(writer);
    const reader = await createPostgresReader(url, config, pooling).initialize();
    return new PostgresDatabase(
      { source: writer, connections: toConnections(writer) },
      { source: reader, connections: toConnections(reader) },
    );
  } catch (error) {
    await writer.destroy();
    throw error;
  }
}

interface Connected {
  source: DataSource;
  connections: PostgresConnections;
}

class PostgresDatabase implements Database {
  readonly dialect = postgresDialect;
  readonly reader: Queryable;
  readonly #writer: Connected;
  readonly #readerSource: DataSource;
  readonly #reader: PostgresReader;
  readonly #underWay = new UnderWay();
  #stopped: Promise<void> | undefined;

  constructor(writer: Connected, reader: Connected) {
    this.#writer = writer;
    this.#readerSource = reader.source;
    this.#reader = new PostgresReader(reader.connections);
    this.reader = this.#reader;
  }

  async transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    if (this.#stopped !== undefined) {
      throw new Error('The database is stopped: it takes no more transactions.');
    }
    return this.#underWay.run(() =>
      runPostgresTransaction(this.#writer.connections, work).catch(throwAsUnavailable),
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
      await this.#writer.source.destroy();
    }
  }
}
