import type { QueryConfig } from 'pg';
import { UnderWay } from '../lib/under-way';
import type { PostgresConnections } from './postgres-connections';
import { isConnectionLost, throwAsUnavailable } from './postgres-errors';
import { Interruption, retryInterrupted } from './postgres-retry';
import { toTupleStatement } from './postgres-statement';
import type { Queryable, SqlValue } from './sql';

/** Each statement on its own, on whatever connection is free. Nothing depends on a lost one, so it is asked again. */
export class PostgresReader implements Queryable {
  readonly #connections: PostgresConnections;
  readonly #underWay = new UnderWay();
  #stopped = false;

  constructor(connections: PostgresConnections) {
    this.#connections = connections;
  }

  all<Row = never>(sql: string, values: readonly SqlValue[] = []): Promise<Row[]> {
    return this.#read(sql, this.#connections.toStatement(sql, values));
  }

  tuples<Row extends readonly unknown[] = never>(
    sql: string,
    values: readonly SqlValue[] = [],
  ): Promise<Row[]> {
    return this.#read(sql, toTupleStatement(this.#connections.toStatement(sql, values)));
  }

  async #read<Row>(sql: string, statement: QueryConfig): Promise<Row[]> {
    if (this.#stopped) throw new Error('The database is stopped: it takes no more statements.');
    const read = async (): Promise<Row[]> => {
      try {
        return await this.#connections.watch(sql, () => this.#connections.query<Row & object>(statement));
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
