import { UnderWay } from '../lib/under-way';
import type { PostgresConnections } from './postgres-connections';
import { isConnectionLost, throwAsUnavailable } from './postgres-errors';
import type { PostgresLanes } from './postgres-lanes';
import { Interruption, retryInterrupted } from './postgres-retry';
import { toTupleStatement } from './postgres-statement';
import type { Queryable, SqlValue } from './sql';

/**
 * Each statement on its own, on whatever connection is free; those that give tuples share some connections, where there
 * are lanes. Nothing depends on a lost one, so it is asked again.
 */
export class PostgresReader implements Queryable {
  readonly #connections: PostgresConnections;
  readonly #lanes: PostgresLanes | null;
  readonly #underWay = new UnderWay();
  #stopped = false;

  constructor(connections: PostgresConnections, lanes: PostgresLanes | null) {
    this.#connections = connections;
    this.#lanes = lanes;
  }

  all<Row = never>(sql: string, values: readonly SqlValue[] = []): Promise<Row[]> {
    const statement = this.#connections.toStatement(sql, values);
    return this.#read(sql, () => this.#connections.query<Row & object>(statement));
  }

  tuples<Row extends readonly unknown[] = never>(
    sql: string,
    values: readonly SqlValue[] = [],
  ): Promise<Row[]> {
    const statement = toTupleStatement(this.#connections.toStatement(sql, values));
    return this.#read(
      sql,
      () => this.#lanes?.query<Row>(statement) ?? this.#connections.query<Row & object>(statement),
    );
  }

  async #read<Row>(sql: string, ask: () => Promise<Row[]>): Promise<Row[]> {
    if (this.#stopped) throw new Error('The database is stopped: it takes no more statements.');
    const read = async (): Promise<Row[]> => {
      try {
        return await this.#connections.watch(sql, ask);
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
