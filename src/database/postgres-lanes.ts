import type { PoolClient, QueryArrayConfig } from 'pg';
import type { PostgresConnections } from './postgres-connections';
import { isNotPrepared } from './postgres-errors';

/** On one connection at a time. One that takes long holds up no more than these. */
const MAX_UNDER_WAY = 8;

/** A connection that is taken from the pool for as long as anything is under way on it. */
interface Lane {
  readonly client: Promise<PoolClient>;
  underWay: number;
  /** What a statement on it failed with: it takes no more, and is closed. */
  failure: unknown;
}

/**
 * Connections that short reads share. Each is sent at once, behind those that are not answered yet, and PostgreSQL
 * answers in that order (the protocol's pipelining): many reads keep few of its processes busy, instead of waking one
 * for each, which takes both sides longer than most of these reads.
 */
export class PostgresLanes {
  readonly #connections: PostgresConnections;
  /** At least one. */
  readonly #maxLanes: number;
  readonly #lanes: Lane[] = [];

  constructor(connections: PostgresConnections, maxLanes: number) {
    this.#connections = connections;
    this.#maxLanes = maxLanes;
  }

  /** Rejects as `PostgresConnections.query` does. What another statement fails with is never its failure. */
  async query<Row extends readonly unknown[]>(statement: QueryArrayConfig): Promise<Row[]> {
    const lane = this.#choose();
    lane.underWay++;
    try {
      const client = await lane.client;
      return (await client.query(statement)).rows as unknown[] as Row[];
    } catch (error) {
      lane.failure = error;
      this.#forget(lane);
      if (!isNotPrepared(error)) throw this.#connections.explain(error);
    } finally {
      lane.underWay--;
      if (lane.underWay === 0) this.#giveBack(lane);
    }
    // It was sent in the trust that the one before, of the same text, would prepare it, and that one has failed.
    return this.#connections.query<Row & object>(statement);
  }

  /** The first with room, so that the others come to their end; and the least busy one where none has. */
  #choose(): Lane {
    let least: Lane | undefined;
    for (const lane of this.#lanes) {
      if (lane.underWay < MAX_UNDER_WAY) return lane;
      if (least === undefined || lane.underWay < least.underWay) least = lane;
    }
    return least === undefined || this.#lanes.length < this.#maxLanes ? this.#open() : least;
  }

  #open(): Lane {
    const client = this.#connections.take();
    const lane: Lane = { client, underWay: 0, failure: undefined };
    // The pool listens only to idle ones; unheard, it would end the process. The statements are told.
    void client.then(
      (taken) => taken.on('error', ignore),
      () => undefined,
    );
    this.#lanes.push(lane);
    return lane;
  }

  #giveBack(lane: Lane): void {
    this.#forget(lane);
    void lane.client.then(
      (taken) => {
        taken.off('error', ignore);
        taken.release(lane.failure !== undefined);
      },
      () => undefined,
    );
  }

  #forget(lane: Lane): void {
    const place = this.#lanes.indexOf(lane);
    if (place !== -1) this.#lanes.splice(place, 1);
  }
}

const ignore = (): void => undefined;
