import { AsyncResource } from 'node:async_hooks';
import { setImmediate } from 'node:timers/promises';
import { FifoQueue } from '../lib/fifo-queue';
import type { Transaction } from './sql';
import type { SqliteConnection } from './sqlite-connection';
import { runTransaction, runTransactions, type Asked } from './sqlite-transaction';
import type { ConnectionLoad } from './statement-watch';
import { DatabaseUnavailableError } from './unavailable';

/** Of one commit. More would keep the first of them waiting. */
const MAX_TOGETHER = 32;
/** After so long no other one begins: statements keep the process from everything else. */
const MAX_MS = 50;

interface Waiting extends Asked<unknown> {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The transactions of the one connection that writes, one after another in the order in which they are asked for.
 * Those that are asked for in one turn of the event loop are committed together: a commit on the disk is what a small
 * change takes most of. If one of them fails, nothing is kept of any: those before it are run again, then it by itself,
 * and then those behind it. What begins and ends them belongs to the request of the first.
 */
export class SqliteWriter {
  readonly #connection: SqliteConnection;
  readonly #queue = new FifoQueue();
  readonly #waiting: Waiting[] = [];
  #isAwake = false;
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
          work,
          scope: new AsyncResource('Transaction'),
          resolve: resolve as (result: unknown) => void,
          reject,
        });
        if (!this.#isAwake) void this.#runAll();
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

  async #runAll(): Promise<void> {
    this.#isAwake = true;
    while (this.#waiting.length > 0) {
      await this.#queue.run(async () => {
        // Until then, others of the same turn may come.
        await setImmediate();
        const group = this.#waiting.splice(0, MAX_TOGETHER);
        this.#waiting.unshift(...(await this.#run(group)));
      });
    }
    this.#isAwake = false;
  }

  /** Gives those that have not had their turn. */
  async #run(group: readonly Waiting[]): Promise<readonly Waiting[]> {
    const [first] = group;
    if (first === undefined) return [];
    if (group.length === 1) {
      await this.#runAlone(first);
      return [];
    }
    let begun = 0;
    function* begin(): Generator<Waiting> {
      const untilMs = performance.now() + MAX_MS;
      for (const waiting of group) {
        begun++;
        yield waiting;
        if (performance.now() > untilMs) return;
      }
    }
    try {
      const results = await first.scope.runInAsyncScope(() => runTransactions(this.#connection, begin()));
      results.forEach((result, index) => group[index]?.resolve(result));
      return group.slice(results.length);
    } catch (error) {
      if (error instanceof DatabaseUnavailableError) {
        for (const { reject } of group) reject(error);
        return [];
      }
      return this.#runAround(group, Math.max(begun - 1, 0));
    }
  }

  /** The one at `index` has failed, or none of them has begun. */
  async #runAround(group: readonly Waiting[], index: number): Promise<readonly Waiting[]> {
    const rest = await this.#run(group.slice(0, index));
    const failed = group[index];
    if (rest.length > 0 || failed === undefined) return [...rest, ...group.slice(index)];
    await this.#runAlone(failed);
    return group.slice(index + 1);
  }

  async #runAlone(waiting: Waiting): Promise<void> {
    const { scope, resolve, reject } = waiting;
    await scope.runInAsyncScope(() => runTransaction(this.#connection, waiting)).then(resolve, reject);
  }
}
