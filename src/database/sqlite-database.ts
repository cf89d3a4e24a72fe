import { setImmediate } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { UnderWay } from '../lib/under-way';
import type { Database, Queryable, Transaction } from './sql';
import { SqliteConnection } from './sqlite-connection';
import { createSqliteReader, createSqliteWriter, requireSqliteHandle } from './sqlite-data-source';
import { sqliteDialect } from './sqlite-dialect';
import type { SqliteEngine } from './sqlite-module';
import { refuseNewerSqlite, toFileError } from './sqlite-schema';
import { openSqliteSnapshot } from './sqlite-snapshot';
import { SqliteWriter } from './sqlite-writer';
import type { DatabaseLoad, WatchStatement } from './statement-watch';

export interface SqliteDatabaseOptions {
  /** Path of the database file; made when missing, in a folder that is there. */
  readonly file: string;
  readonly engine?: SqliteEngine | undefined;
  /** Gets the text of each statement before it runs, BEGIN, COMMIT and ROLLBACK included; not those of opening. */
  readonly onStatement?: ((sql: string) => void) | undefined;
  readonly watchStatement?: WatchStatement | undefined;
  /** Called once, after both connections are closed. */
  readonly onClosed?: (() => void) | undefined;
}

/**
 * Opens the file, migrated to the newest schema. Rejects with nothing left open; with DatabaseFileError, and nothing
 * changed, when a newer version was there before.
 */
export async function openSqliteDatabase(options: SqliteDatabaseOptions): Promise<Database> {
  const writer = createSqliteWriter(options.file, options.engine);
  await writer.initialize().catch((error: unknown) => {
    throw toFileError(error, options.file);
  });
  try {
    refuseNewerSqlite(requireSqliteHandle(writer), options.file);
    await writer.runMigrations({ transaction: 'all' });
    const reader = await createSqliteReader(options.file, options.engine).initialize();
    return new SqliteDatabase(writer, reader, options);
  } catch (error) {
    await writer.destroy();
    throw toFileError(error, options.file);
  }
}

/** How often the log is tidied away, when something was written. */
const CHECKPOINT_MS = 1_000;

/**
 * Two connections to one file. TypeORM gives a SQLite data source one query runner for all, so concurrent
 * transactions on it would mix: writers stand in a queue here, and reads have a connection of their own, which in WAL
 * mode sees the last commit and waits for nobody.
 */
class SqliteDatabase implements Database {
  readonly dialect = sqliteDialect;
  readonly replica = null;
  readonly #writerSource: DataSource;
  readonly #readerSource: DataSource;
  readonly #connection: SqliteConnection;
  readonly #writer: SqliteWriter;
  readonly #reader: SqliteConnection;
  readonly #options: SqliteDatabaseOptions;
  readonly #snapshots = new UnderWay();
  readonly #checkpoints: NodeJS.Timeout;
  #hasWritten = false;
  #stopped: Promise<void> | undefined;

  constructor(writer: DataSource, reader: DataSource, options: SqliteDatabaseOptions) {
    this.#writerSource = writer;
    this.#readerSource = reader;
    const { onStatement, watchStatement } = options;
    this.#connection = new SqliteConnection(requireSqliteHandle(writer), onStatement, watchStatement);
    this.#writer = new SqliteWriter(this.#connection);
    this.#reader = new SqliteConnection(requireSqliteHandle(reader), onStatement, watchStatement);
    this.#options = options;
    this.#checkpoints = setInterval(() => {
      if (this.#hasWritten)
        void this.#writer.between(() => {
          this.#checkpoint();
        });
    }, CHECKPOINT_MS);
  }

  get reader(): Queryable {
    return this.#reader;
  }

  /** A read is answered within its call: nobody ever sees one under way. */
  get load(): DatabaseLoad {
    return { writer: this.#writer.load, reader: { inUse: 0, idle: 1, waiting: 0 } };
  }

  async transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    if (this.#stopped !== undefined) {
      throw new Error('The database is stopped: it takes no more transactions.');
    }
    try {
      return await this.#writer.transaction(work);
    } finally {
      this.#hasWritten = true;
    }
  }

  /** On a connection of its own: the reader's would stand still in time for everybody. */
  async snapshot<T>(work: (from: Queryable) => Promise<T>): Promise<T> {
    if (this.#stopped !== undefined) {
      throw new Error('The database is stopped: it takes no more transactions.');
    }
    const { file, engine, onStatement, watchStatement } = this.#options;
    return this.#snapshots.run(async () => {
      const handle = openSqliteSnapshot(file, engine);
      const connection = new SqliteConnection(handle, onStatement, watchStatement);
      try {
        // A statement keeps the process from everything else, so that others have their turn between two.
        return await work({
          all: async (sql, values) => {
            await setImmediate();
            return connection.run(sql, values);
          },
          tuples: async (sql, values) => {
            await setImmediate();
            return connection.run(sql, values, true);
          },
        });
      } finally {
        connection.refuse();
        handle.close();
      }
    });
  }

  /** Between commits, and once for many: within a commit, its caller would wait for it. */
  #checkpoint(): void {
    this.#hasWritten = false;
    try {
      requireSqliteHandle(this.#writerSource).pragma('wal_checkpoint(PASSIVE)');
    } catch {
      // Nothing is lost: the log is what is true, and a commit tells when it can grow no more.
    }
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#close();
    return this.#stopped;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #close(): Promise<void> {
    clearInterval(this.#checkpoints);
    await Promise.all([this.#writer.idle(), this.#snapshots.idle()]);
    this.#reader.refuse();
    this.#connection.refuse();
    try {
      // The reader first: the last connection to close tidies the WAL away, and this one could not.
      await this.#readerSource.destroy();
      requireSqliteHandle(this.#writerSource).pragma('wal_checkpoint(TRUNCATE)');
    } finally {
      await this.#writerSource.destroy();
      this.#options.onClosed?.();
    }
  }
}
