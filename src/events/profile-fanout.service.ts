import { setImmediate } from 'node:timers/promises';
import type { Database, Transaction } from '../database/sql';
import type { Clock } from '../lib/clock';
import type { EventLog } from './event-log.repository';
import { UNWATCHED_FANOUT, type FanoutWatch } from './fanout-watch';
import type { FanoutJob, ProfileFanoutRepository } from './profile-fanout.repository';

/** As many as a list of friends may have: a change of most users is one transaction, and one turn of the hub. */
const BATCH = 3_000;
/** How many jobs go on at once where the database has more than one writer. */
const WORKERS = 4;
const RETRY_MS = 1_000;
/** When to look again at a job that changed while it was worked on. */
const CHANGED_MS = 50;
/** How long a job may lie that another process left behind. */
const LOOK_MS = 10_000;

/**
 * Tells every owner whose list holds a user that the user's profile changed. A durable job, so that changing a
 * profile costs the same with 0 and with 3,000 friends: the change writes one job row, and batches of owners follow,
 * each in one transaction that appends their events and moves the job. A crash neither loses nor doubles any.
 *
 * A round goes once around the sorted owners and ends where it stood when the profile last changed: an owner that was
 * told before that is told again, one that was not hears of both changes in one event. The jobs of several users take
 * turns by batches, so that a user with few owners need not wait for one with many.
 */
export class ProfileFanout {
  private readonly running = new Set<Promise<void>>();
  private busy = 0;
  private readonly workers: number;
  private woken = false;
  /** Whose job had the last turn. */
  private lastUserID = '';
  private retry: NodeJS.Timeout | undefined;
  private look: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    private readonly database: Database,
    private readonly jobs: ProfileFanoutRepository,
    private readonly log: EventLog,
    private readonly clock: Clock,
    private readonly onError: (error: unknown) => void,
    private readonly watch: FanoutWatch = UNWATCHED_FANOUT,
  ) {
    this.workers = database.dialect.name === 'sqlite' ? 1 : WORKERS;
  }

  /** Part of the transaction that changes the profiles of these users. */
  async request(tx: Transaction, userIDs: readonly string[]): Promise<void> {
    await this.jobs.request(tx, userIDs, this.clock.now());
    tx.onCommit(() => {
      this.watch.requested(userIDs);
      this.wake();
    });
  }

  /** How many jobs are not done yet, and since when the oldest of them is there; null when there are none. */
  loadBacklog(): Promise<{ count: number; oldestMs: number | null }> {
    return this.jobs.loadBacklog();
  }

  /** Begins with what was left over when the last process ended. */
  start(): void {
    this.wake();
    this.look = setInterval(() => {
      this.wake();
    }, LOOK_MS);
  }

  /** Finishes the batches under way; what is left goes on at the next start. Safe to call twice. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.retry);
    clearInterval(this.look);
    await Promise.all(this.running);
  }

  private wake(): void {
    this.woken = true;
    if (this.stopped || this.busy === this.workers) return;
    clearTimeout(this.retry);
    this.busy++;
    const worker = this.work().finally(() => this.running.delete(worker));
    this.running.add(worker);
  }

  private async work(): Promise<void> {
    try {
      // Both may change while a batch is under way.
      while (this.mayGoOn()) {
        this.woken = false;
        if (await this.watch.batch((onJob) => this.expandBatch(onJob))) this.wake();
        // An embedded database answers at once: without a pause nobody else would have a turn until all are told.
        await setImmediate();
      }
    } catch (error) {
      this.onError(error);
      // The job row is still there.
      this.wakeAfter(RETRY_MS);
    } finally {
      // Within the turn in which it looked last: who wakes after that must find a place.
      this.busy--;
    }
  }

  private wakeAfter(delayMs: number): void {
    if (this.stopped) return;
    clearTimeout(this.retry);
    this.retry = setTimeout(() => {
      this.wake();
    }, delayMs);
  }

  private mayGoOn(): boolean {
    return this.woken && !this.stopped;
  }

  /** One batch of the job whose turn it is; false when there is no job that nobody works on. */
  private expandBatch(onJob: (userID: string) => void): Promise<boolean> {
    // Run again, it is the turn of the same job.
    const { lastUserID } = this;
    return this.database.transaction(async (tx) => {
      const job = await this.jobs.claimNext(tx, lastUserID);
      if (job === null) return false;
      this.lastUserID = job.user_id;
      onJob(job.user_id);
      const batch = await this.loadBatch(tx, job);
      if (batch === null) {
        this.wakeAfter(CHANGED_MS);
        return false;
      }
      const { owners, hasMore } = batch;
      const payload = { userIDs: [job.user_id] };
      await this.log.appendToEach(tx, owners, { type: 'FRIEND_INFO_CHANGED', payload });
      const next = advance(job, owners, hasMore);
      await (next === null ? this.jobs.remove(tx, job.user_id) : this.jobs.move(tx, next));
      return true;
    });
  }

  /**
   * Who is to be told next, with their streams and the job locked, so that nobody of them can leave; null when that has
   * to be tried again. The job is locked last, as by those who change profiles: they hold streams when they come to the
   * jobs, and would wait for a job whose worker waits for them. Then owners are read once more: who has left is told
   * nothing, and the batch ends before one who has come, and may have been shown the profile as it was before the last
   * change that this job tells of.
   */
  private async loadBatch(
    tx: Transaction,
    job: FanoutJob,
  ): Promise<{ owners: readonly string[]; hasMore: boolean } | null> {
    const load = (): Promise<string[]> => this.jobs.loadOwners(tx, job, BATCH + 1);
    const found = await load();
    const owners = found.slice(0, BATCH);
    // With one writer at a time nobody can have come or left meanwhile.
    if (this.workers === 1) return { owners, hasMore: found.length > BATCH };
    const locked = await this.log.lock(tx, owners);
    if (!(await this.jobs.lock(tx, job))) return null;
    const now = await load();
    const asked = new Set(owners);
    // One who was deleted and has come back since is not held.
    const back = now.filter((userID) => asked.has(userID) && !locked.has(userID));
    if ((await this.log.lock(tx, back)).size > 0) return null;
    const end = now.findIndex((userID) => !asked.has(userID));
    if (end === 0) return null;
    return end === -1 ? { owners: now, hasMore: false } : { owners: now.slice(0, end), hasMore: true };
  }
}

/** Where the round goes on; null when it is complete. */
function advance(job: FanoutJob, owners: readonly string[], hasMore: boolean): FanoutJob | null {
  const last = owners.at(-1);
  if (hasMore && last !== undefined) return { ...job, position: last };
  if (job.wrapped === 0 && job.stop_at !== '') return { ...job, position: '', wrapped: 1 };
  return null;
}
