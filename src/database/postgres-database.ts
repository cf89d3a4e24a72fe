import type { DataSource } from 'typeorm';
import { type Clock, systemClock } from '../lib/clock';
import { UnderWay } from '../lib/under-way';
import { defaultPostgresConfig, type PostgresConfig } from './postgres-config';
import { PostgresConnections } from './postgres-connections';
import { createPostgresReader, createPostgresWriter, toLaneCount } from './postgres-data-source';
import { postgresDialect } from './postgres-dialect';
import { throwAsUnavailable } from './postgres-errors';
import { PostgresLanes } from './postgres-lanes';
import { findPooling } from './postgres-pooler';
import { withStatementTimeout } from './postgres-timeouts';
import { PostgresReader } from './postgres-reader';
import { PostgresReplica, type PostgresReplicaOptions } from './postgres-replica';
import { requireCurrentSchema } from './postgres-schema';
import { runPostgresTransaction } from './postgres-transaction';
import type { Database, Queryable, Replica, Transaction } from './sql';
import type { DatabaseLoad, StatementHooks } from './statement-watch';
import { DatabaseUnavailableError } from './unavailable';

/** The hooks get each statement, BEGIN, COMMIT and ROLLBACK included; not those of opening. */
export interface PostgresDatabaseOptions extends StatementHooks {
  readonly url: string;
  /** What is left out is as the manual says. */
  readonly config?: Partial<PostgresConfig> | undefined;
  readonly clock?: Clock | undefined;
  /** Gets what fails where no caller waits for it: why a replica is not used any more. */
  readonly onError?: ((error: unknown) => void) | undefined;
  /** Told when the answer to a commit was lost: its facts are not told, whether they are true or not. */
  readonly onCommitLost?: (() => void) | undefined;
  /** Bound each statement further than `config` does. */
  readonly readTimeoutMs?: number | undefined;
  readonly writeTimeoutMs?: number | undefined;
}

/**
 * Connects to a database that has exactly the schema of this version; any other is refused with what to do. Rejects
 * with nothing left open.
 */
export async function openPostgresDatabase({
  url,
  clock = systemClock,
  onError = () => undefined,
  onCommitLost = () => undefined,
  ...options
}: PostgresDatabaseOptions): Promise<Database> {
  const config = { ...defaultPostgresConfig, ...options.config };
  const pooling = await findPooling(url, config);
  const [writing, reading] = [options.writeTimeoutMs, options.readTimeoutMs].map((ms = 0) =>
    withStatementTimeout(config, ms),
  ) as [PostgresConfig, PostgresConfig];
  const writer = await createPostgresWriter(url, writing, pooling).initialize();
  try {
    await requireCurrentSchema(writer);
    const reader = await createPostgresReader(url, reading, pooling).initialize();
    const connected = {
      source: reader,
      connections: new PostgresConnections(reader, reading, pooling, options),
    };
    const laneCount = toLaneCount(reading, pooling);
    const lanes = laneCount === 0 ? null : new PostgresLanes(connected.connections, laneCount);
    const replicaUrl = config.databaseReplicaUrl;
    return new PostgresDatabase(
      { source: writer, connections: new PostgresConnections(writer, writing, pooling, options) },
      connected,
      lanes,
      (askPrimary) =>
        replicaUrl === null
          ? null
          : new PostgresReplica({ url: replicaUrl, config, pooling, askPrimary, clock, onError }),
      onCommitLost,
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
  readonly replica: Replica | null;
  readonly #writer: Connected;
  readonly #readerConnected: Connected;
  readonly #reader: PostgresReader;
  readonly #replica: PostgresReplica | null;
  readonly #underWay = new UnderWay();
  #stopped: Promise<void> | undefined;

  constructor(
    writer: Connected,
    reader: Connected,
    lanes: PostgresLanes | null,
    openReplica: (askPrimary: PostgresReplicaOptions['askPrimary']) => PostgresReplica | null,
    private readonly onCommitLost: () => void,
  ) {
    this.#writer = writer;
    this.#readerConnected = reader;
    this.#reader = new PostgresReader(reader.connections, lanes);
    this.reader = this.#reader;
    // By connections of their own: how far it is, is no statement of anybody's.
    this.#replica = openReplica((sql) => reader.connections.query({ text: sql }));
    this.replica = this.#replica;
  }

  get load(): DatabaseLoad {
    return { writer: this.#writer.connections.load, reader: this.#readerConnected.connections.load };
  }

  async transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    try {
      return await this.#run(this.#writer, work);
    } catch (error) {
      if (error instanceof DatabaseUnavailableError && !error.isUndone) this.onCommitLost();
      throw error;
    }
  }

  snapshot<T>(work: (from: Queryable) => Promise<T>): Promise<T> {
    return this.#run(this.#readerConnected, async (tx) => {
      await tx.all('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
      return work(tx);
    });
  }

  async #run<T>({ connections }: Connected, work: (tx: Transaction) => Promise<T>): Promise<T> {
    if (this.#stopped !== undefined) {
      throw new Error('The database is stopped: it takes no more transactions.');
    }
    return this.#underWay.run(() => runPostgresTransaction(connections, work).catch(throwAsUnavailable));
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
    await this.#replica?.stop();
    await this.#reader.stop();
    try {
      await this.#readerConnected.source.destroy();
    } finally {
      await this.#writer.source.destroy();
    }
  }
}
