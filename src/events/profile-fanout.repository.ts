import type { Database, Transaction } from '../database/sql';

/** A profile change on its way to every owner whose list holds the user. */
export interface FanoutJob {
  user_id: string;
  /** The last owner that was told; the next batch begins behind it. */
  position: string;
  /** Where `position` stood when the profile last changed: the round ends there. */
  stop_at: string;
  /** 1 when the round has passed the end of the owners and begun again at the first. */
  wrapped: number;
}

/** Whoever has it works on the job. Any number will do that nobody else takes. */
const CLAIMS = 41_628;
/** More than are worked on at once. */
const MAX_CLAIMED = 100;

export class ProfileFanoutRepository {
  private readonly claimNextJob: string;
  private readonly lockJob: string;
  private readonly requestJobs: string;
  private readonly selectOwners: string;

  constructor(private readonly database: Database) {
    const { dialect } = database;
    this.requestJobs = `INSERT INTO profile_fanout (user_id, position, stop_at, wrapped, requested_at)
      SELECT value, '', '', 0, $2 FROM ${dialect.strings('$1')} AS changed WHERE true
      ON CONFLICT (user_id) DO UPDATE SET stop_at = profile_fanout.position, wrapped = 0`;
    this.selectOwners = `SELECT ${dialect.list('owner_id')} AS owner_ids FROM (
        SELECT owner_id FROM friend
        WHERE friend_id = $1 AND owner_id > $2 AND ($3 = 0 OR owner_id <= $4) ORDER BY owner_id LIMIT $5) AS batch`;
    const columns = 'user_id, position, stop_at, wrapped';
    const [claim, lock] =
      dialect.name === 'sqlite'
        ? ['true', '']
        : [`pg_try_advisory_xact_lock(${CLAIMS}, hashtext(user_id))`, 'FOR UPDATE SKIP LOCKED'];
    // Only as many are claimed as are given: the inner limit keeps the condition out of where the rows are found.
    this.claimNextJob = `SELECT * FROM (
        SELECT ${columns} FROM profile_fanout WHERE user_id > $1 ORDER BY user_id LIMIT ${MAX_CLAIMED}) AS next
      WHERE ${claim} LIMIT 1`;
    this.lockJob = `SELECT ${columns} FROM profile_fanout WHERE user_id = $1 ${lock}`;
  }

  /** A change while a job is under way makes its round begin anew from where it stands, not from the start. */
  async request(tx: Transaction, userIDs: readonly string[], nowMs: number): Promise<void> {
    await tx.all(this.requestJobs, [JSON.stringify(userIDs), nowMs]);
  }

  /**
   * A job that nobody else works on until `tx` ends: the next in the order of their users behind this one, or the first
   * again. Null when there is none. It can change until it is locked.
   */
  async claimNext(tx: Transaction, afterUserID: string): Promise<FanoutJob | null> {
    const [next] = await tx.all<FanoutJob>(this.claimNextJob, [afterUserID]);
    if (next !== undefined) return next;
    const [first] = afterUserID === '' ? [] : await tx.all<FanoutJob>(this.claimNextJob, ['']);
    return first ?? null;
  }

  /**
   * Keeps the job as it is until `tx` ends; false when its round is not the one that it was any more, or about to change.
   * A further change of the profile while nobody has been told yet leaves it the same: whoever is told now hears of both,
   * and owners who came between the two have to be among them.
   */
  async lock(tx: Transaction, job: FanoutJob): Promise<boolean> {
    const [now] = await tx.all<FanoutJob>(this.lockJob, [job.user_id]);
    return now?.position === job.position && now.stop_at === job.stop_at && now.wrapped === job.wrapped;
  }

  /** How many jobs there are, and when the profile of the oldest changed first; null when there are none. */
  async loadBacklog(): Promise<{ count: number; oldestMs: number | null }> {
    const [row] = await this.database.reader.all<{ count: number; oldest: number | null }>(
      'SELECT count(*) AS count, min(requested_at) AS oldest FROM profile_fanout',
    );
    return { count: row?.count ?? 0, oldestMs: row?.oldest ?? null };
  }

  /** Who follows in the round, sorted, at most `limit`. */
  async loadOwners(tx: Transaction, job: FanoutJob, limit: number): Promise<string[]> {
    const [row] = await tx.all<{ owner_ids: string }>(this.selectOwners, [
      job.user_id,
      job.position,
      job.wrapped,
      job.stop_at,
      limit,
    ]);
    return JSON.parse(row?.owner_ids ?? '[]') as string[];
  }

  async move(tx: Transaction, job: FanoutJob): Promise<void> {
    await tx.all('UPDATE profile_fanout SET position = $2, wrapped = $3 WHERE user_id = $1', [
      job.user_id,
      job.position,
      job.wrapped,
    ]);
  }

  async remove(tx: Transaction, userID: string): Promise<void> {
    await tx.all('DELETE FROM profile_fanout WHERE user_id = $1', [userID]);
  }
}
