import type { Database, Transaction } from '../database/sql';
import type { Clock } from '../lib/clock';
import type { EventLog } from './event-log.repository';
import type { FanoutJob, ProfileFanoutRepository } from './profile-fanout.repository';

/** As many as a list of friends may have: one change of most users is one read of the hub. */
const BATCH = 3_000;
const RETRY_MS = 1_000;
/** How long a job may lie that another process left behind. */
const LOOK_MS = 60_000;

/**
 * Tells every owner whose list holds a user that the user's profile changed. A durable job, so that changing a
 * profile costs the same with 0 and with 3,000 friends: the change writes one job row, and batches of owners follow,
 * each in one transaction that appends their events and moves the job. A crash neither loses nor doubles any.
 *
 * A round goes once around the sorted owners and ends where it stood when the profile last changed: an owner that was
 * told before that is told again, one that was not hears of both changes in one event.
 */
export class ProfileFanout {
  private running: Promise<void> | null = null;
  private woken = false;
  private retry: NodeJS.Timeout | undefined;
  private look: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    private readonly database: Database,
    private readonly jobs: ProfileFanoutRepository,
    private readonly log: EventLog,
    private readonly clock: Clock,
    private readonly onError: (error: unknown) => void,
  ) {}

  /** Part of the transaction that changes the profiles of these users. */
  async request(tx: Transaction, userIDs: readonly string[]): Promise<void> {
    await this.jobs.request(tx, userIDs, this.clock.now());
    tx.onCommit(() => {
      this.wake();
    });
  }

  /** Begins with what was left over when the last process ended. */
  start(): void {
    this.wake();
    this.look = setInterval(() => {
      this.wake();
    }, LOOK_MS);
  }

  /** Finishes the batch under way; what is left goes on at the next start. Safe to call twice. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.retry);
    clearInterval(this.look);
    await this.running;
  }

  private wake(): void {
    this.woken = true;
    if (this.running !== null || this.stopped) return;
    clearTimeout(this.retry);
    this.running = this.run();
  }

  private async run(): Promise<void> {
    try {
      // Both may change while a batch is under way.
      while (this.mayGoOn()) {
        this.woken = false;
        if (await this.expandBatch()) this.woken = true;
      }
    } catch (error) {
      this.onError(error);
      // The job row is still there.
      this.retry = setTimeout(() => {
        this.wake();
      }, RETRY_MS);
    } finally {
      this.running = null;
    }
  }

  private mayGoOn(): boolean {
    return this.woken && !this.stopped;
  }

  /** One batch of the oldest job; false when there is no job. */
  private expandBatch(): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      const job = await this.jobs.findNext(tx);
      if (job === null) return false;
      const owners = await this.jobs.loadOwners(tx, job, BATCH);
      await this.log.lock(tx, owners);
      // Until they were locked some may have left: who has the user no more, or is gone, is told nothing.
      const remaining = new Set(owners.length === 0 ? [] : await this.jobs.loadOwners(tx, job, BATCH));
      await this.log.append(
        tx,
        owners
          .filter((userID) => remaining.has(userID))
          .map((userID) => ({
            userID,
            type: 'FRIEND_INFO_CHANGED',
            payload: { userIDs: [job.user_id] },
          })),
      );
      const next = advance(job, owners);
      await (next === null ? this.jobs.remove(tx, job.user_id) : this.jobs.move(tx, next));
      return true;
    });
  }
}

/** Where the round goes on; null when it is complete. */
function advance(job: FanoutJob, owners: readonly string[]): FanoutJob | null {
  const last = owners.at(-1);
  if (owners.length === BATCH && last !== undefined) return { ...job, position: last };
  if (job.wrapped === 0 && job.stop_at !== '') return { ...job, position: '', wrapped: 1 };
  return null;
}
