import type { Dialect, Transaction } from '../database/sql';
import type { EventType } from './friendship-event';

/** An event on its way into its stream. */
interface NewEvent {
  user_id: string;
  /** How many more are appended to the stream behind it. */
  behind: number;
  /** How many are appended to the stream, in one of their rows; 0 in the others. */
  grows_by: number;
  type: EventType;
  payload: string;
  occurred_at: number;
}

type SameEvent = Pick<NewEvent, 'type' | 'payload' | 'occurred_at'>;

/** A stream that has just grown. */
interface GrownStream {
  user_id: string;
  epoch: string;
  head: number;
}

/** Streams that have just grown, as JSON arrays: one element of each for each stream. */
interface GrownStreams {
  user_ids: string;
  epochs: string;
  heads: string;
}

const EVENT_COLUMNS = {
  user_id: 'text',
  behind: 'integer',
  grows_by: 'integer',
  type: 'text',
  payload: 'text',
  occurred_at: 'integer',
} as const satisfies Record<keyof NewEvent, 'text' | 'integer'>;

/** Writes events and the new heads of their streams. Of a stream that does not exist nothing is written. */
export interface EventAppendRepository {
  /** Those of each stream in the order given; gives the streams that there are, in no order. */
  append(tx: Transaction, events: readonly NewEvent[]): Promise<GrownStream[]>;
  /** The same one to each stream. */
  appendToEach(
    tx: Transaction,
    userIDs: readonly string[],
    event: SameEvent,
  ): Promise<GrownStreams | undefined>;
}

export function createEventAppendRepository(dialect: Dialect): EventAppendRepository {
  const parts = toParts(dialect);
  return dialect.name === 'sqlite' ? new InSteps(dialect, parts) : new AtOnce(parts);
}

/** The events are bound as `$1`; one for all streams as `$2` to `$4`, and these as `$1`. */
interface Parts {
  readonly grow: string;
  readonly growEach: string;
  /** The table or whatever has the streams as they are now, by the name `stream`. */
  readonly insert: (stream: string) => string;
  readonly insertSame: (stream: string) => string;
  readonly selectLists: (stream: string) => string;
}

const GROWN = 'RETURNING event_stream.user_id, event_stream.epoch, event_stream.head';

function toParts(dialect: Dialect): Parts {
  const events = dialect.rows('$1', EVENT_COLUMNS);
  // A statement that SQLite may have to undo alone is dear: it keeps each page as it was that the statement changes.
  const [update, insertInto] =
    dialect.name === 'sqlite' ? ['UPDATE OR ROLLBACK', 'INSERT OR ROLLBACK INTO'] : ['UPDATE', 'INSERT INTO'];
  const insert = `${insertInto} event (user_id, seq, type, payload, occurred_at)`;
  return {
    grow: `${update} event_stream SET head = head + added.grows_by FROM ${events} AS added
      WHERE event_stream.user_id = added.user_id AND added.grows_by > 0 ${GROWN}`,
    growEach: `${update} event_stream SET head = head + 1
      FROM ${dialect.strings('$1')} AS told WHERE event_stream.user_id = told.value`,
    insert: (stream) => `${insert}
      SELECT stream.user_id, stream.head - added.behind, added.type, added.payload, added.occurred_at
      FROM ${events} AS added JOIN ${stream} ON stream.user_id = added.user_id`,
    insertSame: (stream) => `${insert} SELECT stream.user_id, stream.head, $2, $3, $4 FROM ${stream}`,
    selectLists: (stream) => `SELECT ${dialect.list('stream.user_id')} AS user_ids,
      ${dialect.list('stream.epoch')} AS epochs, ${dialect.list('stream.head')} AS heads FROM ${stream}`,
  };
}

/** For an engine that does not know statements within another one. */
class InSteps implements EventAppendRepository {
  private readonly grow: string;
  private readonly insert: string;
  private readonly growEach: string;
  private readonly insertSame: string;
  private readonly selectLists: string;

  constructor(dialect: Dialect, { grow, growEach, insert, insertSame, selectLists }: Parts) {
    const told = `${dialect.strings('$1')} AS told JOIN event_stream AS stream ON stream.user_id = told.value`;
    this.grow = grow;
    this.insert = insert('event_stream AS stream');
    this.growEach = growEach;
    this.insertSame = insertSame(told);
    this.selectLists = selectLists(told);
  }

  async append(tx: Transaction, events: readonly NewEvent[]): Promise<GrownStream[]> {
    const values = [JSON.stringify(events)];
    const grown = await tx.all<GrownStream>(this.grow, values);
    await tx.all(this.insert, values);
    return grown;
  }

  async appendToEach(
    tx: Transaction,
    userIDs: readonly string[],
    { type, payload, occurred_at }: SameEvent,
  ): Promise<GrownStreams | undefined> {
    const list = JSON.stringify(userIDs);
    await tx.all(this.growEach, [list]);
    await tx.all(this.insertSame, [list, type, payload, occurred_at]);
    // Giving the heads as rows of the first would take longer than all else.
    return (await tx.all<GrownStreams>(this.selectLists, [list]))[0];
  }
}

/** A statement is a message and an answer: one does all. */
class AtOnce implements EventAppendRepository {
  private readonly whole: string;
  private readonly wholeSame: string;

  constructor({ grow, growEach, insert, insertSame, selectLists }: Parts) {
    this.whole = `WITH stream AS (${grow}), written AS (${insert('stream')}) SELECT user_id, epoch, head FROM stream`;
    this.wholeSame = `WITH stream AS (${growEach} ${GROWN}), written AS (${insertSame('stream')})
      ${selectLists('stream')}`;
  }

  append(tx: Transaction, events: readonly NewEvent[]): Promise<GrownStream[]> {
    return tx.all<GrownStream>(this.whole, [JSON.stringify(events)]);
  }

  async appendToEach(
    tx: Transaction,
    userIDs: readonly string[],
    { type, payload, occurred_at }: SameEvent,
  ): Promise<GrownStreams | undefined> {
    const values = [JSON.stringify(userIDs), type, payload, occurred_at];
    return (await tx.all<GrownStreams>(this.wholeSame, values))[0];
  }
}
