import { AsyncResource } from 'node:async_hooks';
import { setImmediate } from 'node:timers/promises';
import { FifoQueue } from '../lib/fifo-queue';
import type { Transaction } from './sql';
import type { SqliteConnection } from './sqlite-connection';
import { runTransaction, runTransactions, type Work } from './sqlite-transaction';
import type { ConnectionLoad } from './statement-watch';
import { DatabaseUnavailableError } from './unavailable';

/** More would keep the first of them waiting, and the process from everything else. */
const MAX_TOGETHER = 32;

interface Waiting {
  readonly work: Work<unknown>;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The transactions of the one connection that writes, one after another in the order in which they are asked for.
 * Those that are asked for in one turn of the event loop are committed together: a commit on the disk is what a small
 * change takes most of. If one of them fails, nothing is kept of any, and each is run again by itself.
 */
export class SqliteWriter {
  readonly #connection: SqliteConnection;
  readonly #queue = new FifoQueue();
  readonly #waiting: Waiting[] = [];
  #unsettled = 0;

  constructor(connection: SqliteConnection) {
    this.#connection = connection;
  }

  get load(): ConnectionLoad {
    const inUse = Math.min(this.#unsettled, 1);
    return { inUse, idle: 1 - inUse, waiting: this.#unsettled - inUse };
  }

  /** As `Database.transaction`. `work` starts in a later turn of the event loop. */
  async transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    this.#unsettled++;
    try {
      return await new Promise<T>((resolve, reject) => {
        this.#waiting.push({
          // It is run among those of others, and must find what belongs to its own request.
          work: AsyncResource.bind(work),
          resolve: resolve as (result: unknown) => void,
          reject,
        });
        if (this.#waiting.length === 1) this.#runLater();
      });
    } finally {
      this.#unsettled--;
    }
  }

  /** Runs `work` while no transaction is under way. */
  between(work: () => void): Promise<void> {
    return this.#queue.run(async () => {
      work();
    });
  }

  /** Resolves when nothing is under way and nothing waits. */
  async idle(): Promise<void> {
    do await this.#queue.idle();
    while (this.#unsettled > 0);
  }

  #runLater(): void {
    void this.#queue.run(async () => {
      // Until then, others of the same turn may come.
      await setImmediate();
      const group = this.#waiting.splice(0, MAX_TOGETHER);
      if (this.#waiting.length > 0) this.#runLater();
      await this.#run(group);
    });
  }

  async #run(group: readonly Waiting[]): Promise<void> {
    if (group.length > 1) {
      try {
        const results = await runTransactions(
          this.#connection,
          group.map(({ work }) => work),
        );
        group.forEach(({ resolve }, index) => {
          resolve(results[index]);
        });
        return;
      } catch (error) {
        if (error instanceof DatabaseUnavailableError) {
          for (const { reject } of group) reject(error);
          return;
        }
      }
    }
    for (const { work, resolve, reject } of group)
      await runTransaction(this.#connection, work).then(resolve, reject);
  }
}
