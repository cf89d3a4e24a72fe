import { Pool, type QueryConfig } from 'pg';
import type { Clock } from '../lib/clock';
import { toLsn } from './lsn';
import type { PostgresConfig } from './postgres-config';
import { isRefusal } from './postgres-errors';
import type { Pooling } from './postgres-pooler';
import { toPostgresStatement, toTupleStatement } from './postgres-statement';
import type { Replica, SqlValue } from './sql';

/** How often the replica is asked how far it is. */
const LOOK_MS = 500;
/** To connect, and for one answer: whoever asks has the primary to turn to. */
const ANSWER_MS = 2_000;

// What is visible on the primary is in its log up to here, written to the disk or not.
const PRIMARY_PLACE = `SELECT CAST(pg_current_wal_insert_lsn() AS text) AS place,
  pg_walfile_name(pg_current_wal_insert_lsn()) AS file`;
// The newest timeline that it follows, from three who hear of it one after another; the first tells it to monitors only.
const REPLICA_PLACE = `SELECT pg_is_in_recovery() AS is_standby,
  CAST(pg_last_wal_replay_lsn() AS text) AS place,
  greatest((SELECT received_tli FROM pg_stat_wal_receiver),
    (SELECT min_recovery_end_timeline FROM pg_control_recovery()),
    (SELECT timeline_id FROM pg_control_checkpoint())) AS timeline`;

interface ReplicaPlace {
  is_standby: boolean;
  place: string | null;
  timeline: number;
}

export interface PostgresReplicaOptions {
  url: string;
  config: PostgresConfig;
  /** The way to the replica is taken to be of the same kind as that to the primary. */
  pooling: Pooling;
  askPrimary: <Row extends object>(sql: string) => Promise<Row[]>;
  clock: Clock;
  /** Gets why the replica is not used any more, once. */
  onError: (error: unknown) => void;
}

/**
 * A streaming replica, which may lag or be gone. Twice a second the place of the primary's log is noted with the
 * moment: once the replica has replayed up to there, it surely holds what stood at that moment.
 */
export class PostgresReplica implements Replica {
  readonly #pool: Pool;
  /** Places that the replica has not been seen at yet, oldest first. */
  #awaited: { atMs: number; place: bigint }[] = [];
  #asOfMs: number | null = null;
  readonly #openedAtMs: number;
  #wasUp = true;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void>;
  #isStopped = false;

  /** Connects in the background: neither the start nor anything else waits for a replica. */
  constructor(private readonly options: PostgresReplicaOptions) {
    const { config, clock } = options;
    this.#openedAtMs = clock.now();
    this.#pool = new Pool({
      connectionString: options.url,
      application_name: 'amicus-replica',
      max: config.databasePoolSize,
      connectionTimeoutMillis: ANSWER_MS,
      query_timeout: ANSWER_MS,
      idleTimeoutMillis: config.databaseIdleTimeoutMs,
      keepAlive: true,
      keepAliveInitialDelayMillis: config.databaseKeepAliveMs,
    });
    // Of connections that nobody is using.
    this.#pool.on('error', () => undefined);
    this.#looking = this.#look();
  }

  get asOfMs(): number | null {
    const lagMs = this.lagMs;
    return lagMs === null || lagMs > this.options.config.databaseReplicaMaxLagMs ? null : this.#asOfMs;
  }

  get lagMs(): number | null {
    const lagMs = this.#asOfMs === null ? null : this.options.clock.now() - this.#asOfMs;
    // A moment that is to come: the clock was set back, and does not tell how long ago that was.
    return lagMs === null || lagMs < 0 ? null : lagMs;
  }

  all<Row = never>(sql: string, values: readonly SqlValue[] = []): Promise<Row[]> {
    return this.#read(this.#toStatement(sql, values));
  }

  tuples<Row extends readonly unknown[] = never>(
    sql: string,
    values: readonly SqlValue[] = [],
  ): Promise<Row[]> {
    return this.#read(toTupleStatement(this.#toStatement(sql, values)));
  }

  #toStatement(sql: string, values: readonly SqlValue[]): QueryConfig {
    return toPostgresStatement(sql, values, this.options.pooling === 'session');
  }

  async #read<Row>(statement: QueryConfig): Promise<Row[]> {
    try {
      return (await this.#pool.query<Row & object>(statement)).rows;
    } catch (error) {
      // One that goes on serving has only refused this statement, as when it must replay what the statement reads.
      if (!isRefusal(error)) this.#lose(error);
      throw error;
    }
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#looking;
    await this.#pool.end();
  }

  async #look(): Promise<void> {
    try {
      const atMs = this.options.clock.now();
      const [primary] = await this.options.askPrimary<{ place: string; file: string }>(PRIMARY_PLACE);
      if (primary !== undefined) this.#await(atMs, toLsn(primary.place));
      const { rows } = await this.#pool.query<ReplicaPlace>(REPLICA_PLACE);
      const [replica] = rows;
      if (replica?.is_standby !== true || replica.place === null) {
        throw new Error('AMICUS_DATABASE_REPLICA_URL names a database that is not a streaming replica.');
      }
      // Since a failover the same place in the log is another state on each timeline.
      if (primary !== undefined && toTimeline(primary.file) !== replica.timeline) {
        throw new Error('The replica is not on the timeline of the primary.');
      }
      this.#arrive(toLsn(replica.place));
    } catch (error) {
      this.#lose(error);
    }
    if (!this.#isStopped) {
      this.#timer = setTimeout(() => {
        this.#looking = this.#look();
      }, LOOK_MS);
    }
  }

  #await(atMs: number, place: bigint): void {
    this.#awaited.push({ atMs, place });
    const { databaseReplicaMaxLagMs } = this.options.config;
    // What would be too old by now is not waited for, nor what was noted by a clock that was set back since.
    this.#awaited = this.#awaited.filter(
      (waiting) => waiting.atMs <= atMs && atMs - waiting.atMs <= databaseReplicaMaxLagMs,
    );
    if (this.#asOfMs !== null && this.#asOfMs > atMs) this.#asOfMs = null;
  }

  #arrive(place: bigint): void {
    const reached = this.#awaited.findLast((waiting) => waiting.place <= place);
    if (reached !== undefined) {
      this.#asOfMs = reached.atMs;
      this.#awaited = this.#awaited.filter((waiting) => waiting.place > place);
    }
    const { clock, config } = this.options;
    if (this.asOfMs !== null) this.#wasUp = true;
    else if (clock.now() - (this.#asOfMs ?? this.#openedAtMs) > config.databaseReplicaMaxLagMs)
      this.#tellOnce(new Error('The replica lags too far behind.'));
  }

  #lose(error: unknown): void {
    this.#asOfMs = null;
    this.#awaited = [];
    this.#tellOnce(error);
  }

  #tellOnce(error: unknown): void {
    if (this.#wasUp && !this.#isStopped) {
      this.options.onError(
        new Error('The read replica is not used: the primary is asked.', { cause: error }),
      );
    }
    this.#wasUp = false;
  }
}

/** A file of the log is named by its timeline first, in eight hexadecimal digits. */
function toTimeline(file: string): number {
  return parseInt(file.slice(0, 8), 16);
}
