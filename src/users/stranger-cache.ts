import { LRUCache } from 'lru-cache';
import type { Clock } from '../lib/clock';
import type { Profile } from './profile';

/** A profile as somebody sees it. */
export interface ProfileCopy {
  user: Profile;
  /** When it was read from the store. */
  fetchedAt: Date;
}

/** One version of a profile, held once however many viewers see it. */
interface Shared {
  user: Profile;
  holders: number;
}

interface Entry {
  shared: Shared;
  fetchedAtMs: number;
}

const FRESH_MS = 10 * 60 * 1_000;
const MAX_ENTRIES = 100_000;

/**
 * The copies that viewers hold of strangers' profiles, each at most ten minutes old for its viewer. Bounded: the copy
 * looked at longest ago goes first. Friends and oneself are never in it; a user that does not exist neither.
 */
export class StrangerCache {
  private readonly entries = new LRUCache<string, Entry>({
    max: MAX_ENTRIES,
    dispose: ({ shared }) => {
      shared.holders--;
      if (shared.holders === 0 && this.latest.get(shared.user.id) === shared)
        this.latest.delete(shared.user.id);
    },
  });
  private readonly latest = new Map<string, Shared>();
  /** When users were deleted: older copies of them are void. */
  private readonly deleted = new LRUCache<string, number>({ max: MAX_ENTRIES });
  private drops = 0;

  constructor(private readonly clock: Clock) {}

  /** The viewer's copy; null when there is none or it has become too old. */
  find(viewerID: string, userID: string): ProfileCopy | null {
    const entry = this.entries.get(toKey(viewerID, userID));
    if (entry === undefined) return null;
    const { fetchedAtMs, shared } = entry;
    const isFresh = this.clock.now() - fetchedAtMs < FRESH_MS;
    if (isFresh && fetchedAtMs > (this.deleted.get(userID) ?? -Infinity)) {
      return { user: shared.user, fetchedAt: new Date(fetchedAtMs) };
    }
    this.entries.delete(toKey(viewerID, userID));
    return null;
  }

  /** Taken before a read of the store and given to `keep` after it. */
  mark(): number {
    return this.drops;
  }

  /** Keeps a copy that was read since `mark`, unless something was dropped meanwhile: it may be what was dropped. */
  keep(viewerID: string, copy: ProfileCopy, mark: number): void {
    if (mark !== this.drops) return;
    const shared = this.share(copy.user);
    shared.holders++;
    this.entries.set(toKey(viewerID, copy.user.id), { shared, fetchedAtMs: copy.fetchedAt.getTime() });
  }

  /** The stranger has become a friend. */
  drop(viewerID: string, userID: string): void {
    this.drops++;
    this.entries.delete(toKey(viewerID, userID));
  }

  /** The user was deleted: nobody is shown a copy any more. */
  dropUser(userID: string): void {
    this.drops++;
    this.deleted.set(userID, this.clock.now());
  }

  private share(user: Profile): Shared {
    const held = this.latest.get(user.id);
    if (held !== undefined && JSON.stringify(held.user) === JSON.stringify(user)) return held;
    const shared = { user, holders: 0 };
    this.latest.set(user.id, shared);
    return shared;
  }
}

function toKey(viewerID: string, userID: string): string {
  return `${viewerID} ${userID}`;
}
