import type { PoolClient } from 'pg';
import type { PostgresConnections } from './postgres-connections';
import { isConflict, isConnectionLost, isReadOnly, isRefusal, isUnanswered } from './postgres-errors';
import { Interruption } from './postgres-retry';
import { toTupleStatement } from './postgres-statement';
import type { SqlValue } from './sql';
import { DatabaseUnavailableError } from './unavailable';

/** Whether the server did what COMMIT asked for is not known: the connection was lost before its answer came. */
class CommitOutcomeUnknownError extends DatabaseUnavailableError {
  override readonly name = 'CommitOutcomeUnknownError';
  override readonly isUndone = false;

  constructor(cause: unknown) {
    super(
      cause,
      'The connection to the database was lost during a commit: the change may or may not be kept.',
    );
  }
}

/** One connection for the length of one transaction. */
export class PostgresSession {
  readonly #client: PoolClient;
  readonly #connections: PostgresConnections;
  #isLost = false;
  #interruption: Interruption | null = null;

  private constructor(client: PoolClient, connections: PostgresConnections) {
    this.#client = client;
    this.#connections = connections;
    // The pool listens only to idle ones; unheard, it would end the process.
    client.on('error', this.#lose);
  }

  /** Takes a connection of the pool and begins. Rejects with an Interruption when the server cannot be reached. */
  static async begin(connections: PostgresConnections): Promise<PostgresSession> {
    const client = await connections.take().catch((error: unknown) => {
      throw isConnectionLost(error) ? new Interruption(error) : error;
    });
    const session = new PostgresSession(client, connections);
    try {
      await session.run(connections.begin);
      return session;
    } catch (error) {
      session.#release(false);
      throw session.#interruption ?? error;
    }
  }

  async all<Row>(sql: string, values: readonly SqlValue[], asTuples: boolean): Promise<Row[]> {
    const statement = this.#connections.toStatement(sql, values);
    const { rows } = await this.#watch(sql, () =>
      this.#client.query<Row & object>(asTuples ? toTupleStatement(statement) : statement),
    );
    return rows;
  }

  /** Runs a statement that begins or ends; gives the word that the server answers. */
  async run(sql: string): Promise<string> {
    const { command } = await this.#watch(sql, () => this.#client.query(sql));
    return command;
  }

  /**
   * Ends the session with everything kept. Rejects with nothing kept, by an Interruption when it may be run again;
   * or with CommitOutcomeUnknownError.
   */
  async commit(): Promise<void> {
    // What is lost already cannot be committed; from here on a loss leaves it open.
    if (this.#isLost) return this.rollBack(new Error('The connection to the database was lost.'));
    let answer: string;
    try {
      answer = await this.run('COMMIT');
    } catch (error) {
      this.#release(false);
      if (!isRefusal(error)) throw new CommitOutcomeUnknownError(error);
      throw this.#interruption ?? error;
    }
    this.#release(true);
    // The answer to a transaction in which a statement failed, by an error that the work kept to itself.
    if (answer !== 'COMMIT') {
      throw this.#interruption ?? new Error('The transaction was rolled back: a statement in it had failed.');
    }
  }

  /** Ends the session with nothing kept. Rejects always: with an Interruption if there was one, else with `error`. */
  async rollBack(error: unknown): Promise<never> {
    const reason = this.#interruption ?? error;
    const isClean =
      !this.#isLost &&
      (await this.run('ROLLBACK').then(
        () => true,
        () => false,
      ));
    this.#release(isClean);
    throw reason;
  }

  readonly #lose = (error: unknown): void => {
    this.#isLost = true;
    this.#interruption ??= new Interruption(error);
  };

  async #watch<Result>(sql: string, query: () => Promise<Result>): Promise<Result> {
    try {
      return await this.#connections.watch(sql, query);
    } catch (error) {
      if (isConnectionLost(error) || isReadOnly(error)) this.#lose(error);
      // Not run again: that may take as long once more.
      else if (isUnanswered(error)) this.#isLost = true;
      else if (isConflict(error)) this.#interruption ??= new Interruption(error);
      throw error;
    }
  }

  #release(isClean: boolean): void {
    this.#client.off('error', this.#lose);
    this.#client.release(!isClean);
  }
}
