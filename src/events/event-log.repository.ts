import { InterruptedByOthersError } from '../database/interrupted';
import type { Database, Transaction } from '../database/sql';
import { notRegistered } from '../errors';
import type { Clock } from '../lib/clock';
import { createEventAppendRepository, type EventAppendRepository } from './event-append.repository';
import { mergeDrafts } from './event-drafts';
import type {
  EventDraft,
  EventFact,
  EventPayloads,
  EventType,
  Hint,
  StoredEvent,
  StreamPosition,
} from './friendship-event';
import type { Bus } from './bus';

/** A stretch of one stream. */
export interface StreamPart {
  epoch: string;
  head: number;
  /** The history begins behind it. */
  floor: number;
  events: StoredEvent[];
  hasMore: boolean;
}

/** Of each stream, and of all, that one read holds. */
const EVENTS_PER_STREAM = 16;
const ROWS_PER_READ = 4_000;

interface EventRow {
  seq: number;
  type: EventType;
  payload: string;
  occurred_at: number;
}

/** Without an event where none follows. */
type StreamRow = { user_id: string; epoch: string; head: number; floor: number } & (EventRow | { seq: null });

/**
 * The durable log: one dense stream of events per user. An event is written in the transaction of the change that it
 * tells of; its `seq` comes from the user's own stream row, whose lock also makes concurrent changes of that user
 * wait for each other. There is no global sequence: its numbers are handed out before the commit, so a reader that
 * has seen 8 would miss the 7 that commits later.
 */
export class EventLog {
  private readonly appender: EventAppendRepository;
  private readonly selectPositions: string;
  private readonly selectStreams: string;
  private readonly insertStreams: string;
  private readonly lockStreams: string | null;

  constructor(
    private readonly database: Database,
    private readonly bus: Bus,
    private readonly clock: Clock,
  ) {
    const { dialect } = database;
    this.appender = createEventAppendRepository(dialect);
    this.selectPositions = `SELECT user_id, epoch, head, floor FROM event_stream
      WHERE ${dialect.isOneOf('user_id', '$1')}`;
    // Both ends of the range belong to `wanted`, so that it is looked up as one in the key; and a limit that is a value
    // has PostgreSQL expect to read a tenth of the rows, for which it would walk through all streams.
    this.selectStreams = `SELECT stream.user_id, stream.epoch, stream.head, stream.floor,
        event.seq, event.type, event.payload, event.occurred_at
      FROM ${dialect.rows('$1', { stream_id: 'text', after: 'integer' })} AS wanted
      JOIN event_stream AS stream ON stream.user_id = wanted.stream_id
      LEFT JOIN event ON event.user_id = wanted.stream_id
        AND event.seq > wanted.after AND event.seq <= wanted.after + ${EVENTS_PER_STREAM}
      ORDER BY stream.user_id, event.seq LIMIT ${ROWS_PER_READ}`;
    this.insertStreams = `INSERT INTO event_stream (user_id, epoch, head, floor)
      SELECT value, $2, 0, 0 FROM ${dialect.strings('$1')} AS created`;
    // SQLite has one writer at a time: its transaction is the lock.
    this.lockStreams =
      dialect.name === 'sqlite'
        ? null
        : `SELECT user_id FROM event_stream WHERE ${dialect.isOneOf('user_id', '$1')} ORDER BY user_id FOR UPDATE`;
  }

  /** Begins the streams of users that are created in `tx`. */
  async create(tx: Transaction, userIDs: readonly string[], epoch: string): Promise<void> {
    await tx.all(this.insertStreams, [JSON.stringify(userIDs), epoch]);
  }

  /**
   * Makes other changes that concern one of these users wait until `tx` ends, and gives those whose changes do.
   * Called before the state to be changed is read; always in sorted order, so that two changes never wait for each
   * other: once in a transaction, for all whom it concerns. Who is not given did not exist: one that is created from now
   * on goes on changing. Has `tx` run again when one was created, or created anew, while this waited.
   */
  async lock(tx: Transaction, userIDs: readonly string[]): Promise<ReadonlySet<string>> {
    if (this.lockStreams === null || userIDs.length === 0) return new Set(userIDs);
    const rows = await tx.all<{ user_id: string }>(this.lockStreams, [JSON.stringify(userIDs)]);
    const locked = new Set(rows.map((row) => row.user_id));
    const missing = userIDs.filter((userID) => !locked.has(userID));
    if (missing.length === 0) return locked;
    // The statement does not see them, and one more would ask for them out of order.
    const created = await tx.all(this.selectPositions, [JSON.stringify(missing)]);
    if (created.length > 0) throw new InterruptedByOthersError();
    return locked;
  }

  /** The same without waiting: holds, and gives, those of the users who exist and whom no other transaction holds. */
  async lockFree(tx: Transaction, userIDs: readonly string[]): Promise<ReadonlySet<string>> {
    if (this.lockStreams === null || userIDs.length === 0) return new Set(userIDs);
    const sql = `${this.lockStreams} SKIP LOCKED`;
    const rows = await tx.all<{ user_id: string }>(sql, [JSON.stringify(userIDs)]);
    return new Set(rows.map((row) => row.user_id));
  }

  /**
   * As `lock` for a call of `callerID`. Throws FORBIDDEN when that user did not exist: whoever comes back by that name
   * would not be held.
   */
  async lockFor(
    tx: Transaction,
    callerID: string,
    others: readonly string[] = [],
  ): Promise<ReadonlySet<string>> {
    const locked = await this.lock(tx, [callerID, ...others]);
    if (!locked.has(callerID)) throw notRegistered(callerID);
    return locked;
  }

  /**
   * Appends events in the order given (those of one call, user and kind joined into one) and hints at them after the
   * commit. One statement or two, whatever the number. Throws FORBIDDEN when one of the users does not exist: who was
   * deleted while a call of theirs was under way must not write any more.
   */
  async append(tx: Transaction, ...calls: readonly (readonly EventDraft[])[]): Promise<void> {
    const merged = calls.flatMap(mergeDrafts);
    if (merged.length === 0) return;
    const nowMs = this.clock.now();
    const streams = new Map<string, EventDraft[]>();
    for (const draft of merged) streams.set(draft.userID, [...(streams.get(draft.userID) ?? []), draft]);
    const rows = [...streams].flatMap(([user_id, drafts]) =>
      drafts.map(({ type, payload }, index) => ({
        user_id,
        behind: drafts.length - 1 - index,
        grows_by: index === 0 ? drafts.length : 0,
        type,
        payload: JSON.stringify(payload),
        occurred_at: nowMs,
      })),
    );
    const grown = new Map((await this.appender.append(tx, rows)).map((stream) => [stream.user_id, stream]));
    const hints = [...streams].map(([userID, drafts]) => {
      const stream = grown.get(userID);
      if (stream === undefined) throw notRegistered(userID);
      const facts = drafts.map(({ type, payload }) => ({ type, payload, occurredAtMs: nowMs }) as EventFact);
      return toHint(userID, stream.epoch, stream.head, facts);
    });
    tx.onCommit(() => {
      this.bus.publish(hints);
    });
  }

  /**
   * Appends the same event to each of these streams, which the caller has locked, and hints at them after the commit.
   * The number of statements does not depend on theirs.
   */
  async appendToEach(
    tx: Transaction,
    userIDs: readonly string[],
    { type, payload }: Pick<EventDraft, 'type' | 'payload'>,
  ): Promise<void> {
    if (userIDs.length === 0) return;
    const nowMs = this.clock.now();
    const row = { type, payload: JSON.stringify(payload), occurred_at: nowMs };
    const grown = await this.appender.appendToEach(tx, userIDs, row);
    if (grown === undefined) return;
    const told = JSON.parse(grown.user_ids) as string[];
    const epochs = JSON.parse(grown.epochs) as string[];
    const heads = JSON.parse(grown.heads) as number[];
    const facts = [{ type, payload, occurredAtMs: nowMs } as EventFact];
    const hints = told.map((userID, place) => toHint(userID, epochs[place] ?? '', heads[place] ?? 0, facts));
    tx.onCommit(() => {
      this.bus.publish(hints);
    });
  }

  /** Null when the user does not exist. */
  async findPosition(userID: string): Promise<StreamPosition | null> {
    return (await this.loadPositions([userID])).get(userID) ?? null;
  }

  /** Where the streams of those of the users stand who exist: one statement. */
  async loadPositions(userIDs: readonly string[]): Promise<Map<string, StreamPosition>> {
    const rows = await this.database.reader.all<{ user_id: string } & StreamPosition>(this.selectPositions, [
      JSON.stringify(userIDs),
    ]);
    return new Map(rows.map(({ user_id, ...position }) => [user_id, position]));
  }

  /**
   * What follows the position given in each of these streams, in order: at most 16 events of each, and `hasMore` where
   * more may follow. Null for a stream that does not exist; missing are those that one read had no room for. One
   * statement, whatever the number of streams.
   */
  async loadStreamsAfter(
    positions: readonly { userID: string; seq: number }[],
  ): Promise<Map<string, StreamPart | null>> {
    const wanted = positions.map(({ userID, seq }) => ({ stream_id: userID, after: seq }));
    const rows = await this.database.reader.all<StreamRow>(this.selectStreams, [JSON.stringify(wanted)]);
    const parts = new Map<string, StreamPart | null>();
    const facts = new Facts();
    for (const row of rows) {
      const part = parts.get(row.user_id) ?? {
        epoch: row.epoch,
        head: row.head,
        floor: row.floor,
        events: [],
        hasMore: false,
      };
      parts.set(row.user_id, part);
      if (row.seq !== null) part.events.push({ seq: row.seq, fact: facts.find(row) });
      part.hasMore = part.events.length === EVENTS_PER_STREAM;
    }
    // What the limit cut off are the last users in the order of the rows.
    const cutID = rows.length === ROWS_PER_READ ? (rows.at(-1)?.user_id ?? null) : null;
    for (const { userID } of positions) {
      const part = parts.get(userID);
      if (part && userID === cutID) part.hasMore = true;
      else if (part === undefined && (cutID === null || userID < cutID)) parts.set(userID, null);
    }
    return parts;
  }
}

function toHint(userID: string, epoch: string, head: number, facts: readonly EventFact[]): Hint {
  return { userID, head, appended: { epoch, head, facts } };
}

/** Rows that tell of the same change become one fact, which is what makes it known that they do. */
class Facts {
  private readonly known = new Map<string, EventFact>();

  find({ type, payload, occurred_at: occurredAtMs }: Omit<EventRow, 'seq'>): EventFact {
    const key = `${type} ${occurredAtMs} ${payload}`;
    let fact = this.known.get(key);
    if (fact === undefined) {
      fact = { type, payload: JSON.parse(payload) as EventPayloads[EventType], occurredAtMs } as EventFact;
      this.known.set(key, fact);
    }
    return fact;
  }
}
