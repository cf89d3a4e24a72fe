import type { Database } from '../database/sql';
import type { ReplicaReads } from './replica-reads';
import type { SeenUser, UserRepository } from './user.repository';

/** How many profiles one statement reads for several viewers. */
const MAX_PER_READ = 5_000;

interface Ask {
  viewerID: string;
  userIDs: readonly string[];
  resolve: (users: readonly SeenUser[]) => void;
  reject: (error: unknown) => void;
}

/**
 * Reads profiles as their viewers see them: what is asked for in one turn of the event loop, by whichever requests,
 * is one statement.
 */
export class ProfileReads {
  private waiting: Ask[] = [];

  constructor(
    private readonly database: Database,
    private readonly users: UserRepository,
    private readonly replica: ReplicaReads | null = null,
  ) {}

  /** Whether the profiles of strangers come from a replica now. */
  get asksReplica(): boolean {
    return this.replica?.isUp === true;
  }

  /** Those of the users that exist, in no order, as they are stored then or later. */
  load(viewerID: string, userIDs: readonly string[]): Promise<readonly SeenUser[]> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ viewerID, userIDs, resolve, reject });
      if (this.waiting.length === 1) setImmediate(() => void this.readWaiting());
    });
  }

  private async readWaiting(): Promise<void> {
    const asks = this.waiting;
    this.waiting = [];
    await Promise.all(toReads(asks).map((read) => this.read(read)));
  }

  private async read(asks: readonly Ask[]): Promise<void> {
    const { reader } = this.database;
    const [first] = asks;
    try {
      if (this.replica !== null && this.asksReplica) {
        const byViewer = await this.replica.load(asks);
        for (const { viewerID, resolve } of asks) resolve(byViewer.get(viewerID) ?? []);
        return;
      }
      if (first !== undefined && asks.length === 1) {
        first.resolve(await this.users.loadAsSeenBy(reader, first.viewerID, first.userIDs));
        return;
      }
      const byViewer = await this.users.loadAsSeenByEach(reader, asks);
      for (const { viewerID, resolve } of asks) resolve(byViewer.get(viewerID) ?? []);
    } catch (error) {
      for (const { reject } of asks) reject(error);
    }
  }
}

function toReads(asks: readonly Ask[]): Ask[][] {
  const reads: Ask[][] = [];
  let room = 0;
  for (const ask of asks) {
    if (ask.userIDs.length > room) {
      reads.push([]);
      room = MAX_PER_READ;
    }
    room -= ask.userIDs.length;
    reads.at(-1)?.push(ask);
  }
  return reads;
}
