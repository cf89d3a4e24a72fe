import type { Database, Dialect, Queryable, Replica, Transaction } from '../database/sql';
import type { DatabaseLoad } from '../database/statement-watch';
import type { ActsUnderWay } from './acts-under-way';
import type { AuditRepository } from './audit.repository';

/** A database in which no change of an act is committed without the act's row: both are one transaction. */
export class AuditedDatabase implements Database {
  constructor(
    private readonly inner: Database,
    private readonly rows: AuditRepository,
    private readonly acts: ActsUnderWay,
  ) {}

  get dialect(): Dialect {
    return this.inner.dialect;
  }

  get reader(): Queryable {
    return this.inner.reader;
  }

  get replica(): Replica | null {
    return this.inner.replica;
  }

  get load(): DatabaseLoad {
    return this.inner.load;
  }

  async transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const act = this.acts.findCurrent();
    if (act === null) return this.inner.transaction(work);
    const result = await this.inner.transaction(async (tx) => {
      const worked = await work(tx);
      await this.rows.insert(tx, act, ['OK']);
      return worked;
    });
    act.isRecorded = true;
    return result;
  }

  snapshot<T>(work: (from: Queryable) => Promise<T>): Promise<T> {
    return this.inner.snapshot(work);
  }

  stop(): Promise<void> {
    return this.inner.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}
