import { LRUCache } from 'lru-cache';
import type { Clock } from '../lib/clock';
import { PLAIN_FIELDS, toProfileBytes, type Profile } from './profile';

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
  bytes: number;
}

/** What a viewer holds: given as it is, so that nothing is made when it is found again. */
interface Entry extends ProfileCopy {
  shared: Shared;
}

const FRESH_MS = 10 * 60 * 1_000;
const MAX_ENTRIES = 100_000;
const MAX_BYTES = 64 * 1024 * 1024;
/** Of a copy, besides its key. Measured: see docs/operations.md. */
const ENTRY_BYTES = 250;
/** How many drops are told apart: a read that takes longer than so many is not kept. */
const MAX_DROPS = 10_000;

/** What the cache may hold; past either bound the copy looked at longest ago goes. */
export interface CacheBounds {
  entries: number;
  /** As estimated: the memory of an entry is not told by JavaScript. */
  bytes: number;
}

export interface CacheStats extends CacheBounds {
  /** Since the process began. */
  hits: number;
  misses: number;
  /** Copies that had to go although they were fresh. */
  evictions: number;
}

/**
 * The copies that viewers hold of strangers' profiles, each at most ten minutes old for its viewer. Bounded: the copy
 * looked at longest ago goes first. Friends and oneself are never in it; a user that does not exist neither.
 */
export class StrangerCache {
  private readonly entries: LRUCache<string, Entry>;
  private readonly latest = new Map<string, Shared>();
  /** When users were deleted: older copies of them are void. */
  private readonly deleted = new LRUCache<string, number>({ max: MAX_ENTRIES });
  private drops = 0;
  /** The number of the newest drop of each viewer's copy, oldest first. */
  private readonly dropped = new Map<string, number>();
  /** Drops up to this number are taken for drops of everything. */
  private droppedAll = 0;

  /** Before this moment users may have been deleted unheard, or copies given that are not held any more. */
  private unknownUntilMs = -Infinity;

  private bytes = 0;
  private readonly counts = { hits: 0, misses: 0, evictions: 0 };

  /** @param isTold - false while drops of other processes may go unheard: nothing is given or kept then */
  constructor(
    private readonly clock: Clock,
    private readonly isTold: () => boolean = () => true,
    private readonly bounds: CacheBounds = { entries: MAX_ENTRIES, bytes: MAX_BYTES },
  ) {
    this.entries = new LRUCache({
      max: bounds.entries,
      dispose: ({ shared, fetchedAt }, key, reason) => {
        this.bytes -= toEntryBytes(key);
        if (reason === 'evict') {
          this.counts.evictions++;
          this.unknownUntilMs = Math.max(this.unknownUntilMs, fetchedAt.getTime());
        }
        this.release(shared);
      },
    });
  }

  get stats(): CacheStats {
    return { ...this.counts, entries: this.entries.size, bytes: this.bytes };
  }

  /** The viewer's copy; null when there is none or it has become too old. */
  find(viewerID: string, userID: string): ProfileCopy | null {
    const key = toKey(viewerID, userID);
    const entry = this.isTold() ? this.entries.get(key) : undefined;
    if (entry !== undefined) {
      const fetchedAtMs = entry.fetchedAt.getTime();
      const isFresh = this.clock.now() - fetchedAtMs < FRESH_MS;
      if (isFresh && fetchedAtMs > (this.deleted.get(userID) ?? -Infinity)) {
        this.counts.hits++;
        return entry;
      }
      this.entries.delete(key);
    }
    this.counts.misses++;
    return null;
  }

  /** Taken before a read of the store and given to `keep` after it. */
  mark(): number {
    return this.drops;
  }

  /** Keeps a copy that was read since `mark`, unless it was dropped meanwhile: it may be what was dropped. */
  keep(viewerID: string, copy: ProfileCopy, mark: number): void {
    const key = toKey(viewerID, copy.user.id);
    if (mark < this.droppedAll || mark < (this.dropped.get(key) ?? 0) || !this.isTold()) {
      // It is shown all the same, once.
      this.unknownUntilMs = Math.max(this.unknownUntilMs, copy.fetchedAt.getTime());
      return;
    }
    // Of two reads at a time, the one that came from an older state must not be what is seen next.
    const held = this.entries.peek(key);
    if (held !== undefined && held.fetchedAt > copy.fetchedAt) return;
    const shared = this.share(copy.user);
    shared.holders++;
    this.bytes += toEntryBytes(key);
    this.entries.set(key, { user: shared.user, fetchedAt: copy.fetchedAt, shared });
    while (this.bytes > this.bounds.bytes && this.entries.size > 0) this.entries.pop();
  }

  /** The stranger has become a friend, or another process holds a newer copy. */
  drop(viewerID: string, userID: string): void {
    const key = toKey(viewerID, userID);
    this.entries.delete(key);
    this.dropped.delete(key);
    this.dropped.set(key, ++this.drops);
    if (this.dropped.size <= MAX_DROPS) return;
    for (const [oldest, drop] of this.dropped) {
      this.dropped.delete(oldest);
      this.droppedAll = drop;
      return;
    }
  }

  /**
   * Whether a state of the store of this moment may be shown: all who were deleted before it are known, and whatever
   * copy a viewer was given is older than it or still held.
   */
  isKnownSince(userID: string, asOfMs: number): boolean {
    return asOfMs > Math.max(this.unknownUntilMs, this.deleted.get(userID) ?? -Infinity);
  }

  /** The user was deleted: nobody is shown a copy any more. */
  dropUser(userID: string): void {
    this.droppedAll = ++this.drops;
    this.deleted.set(userID, this.clock.now());
  }

  /** Other processes may have changed anything. */
  dropAll(): void {
    this.droppedAll = ++this.drops;
    this.unknownUntilMs = this.clock.now();
    this.entries.clear();
    this.dropped.clear();
  }

  private share(user: Profile): Shared {
    const held = this.latest.get(user.id);
    if (held !== undefined && isSame(held.user, user)) return held;
    const shared = { user, holders: 0, bytes: toProfileBytes(user) };
    this.bytes += shared.bytes;
    this.latest.set(user.id, shared);
    return shared;
  }

  private release(shared: Shared): void {
    if (--shared.holders > 0) return;
    this.bytes -= shared.bytes;
    if (this.latest.get(shared.user.id) === shared) this.latest.delete(shared.user.id);
  }
}

function toKey(viewerID: string, userID: string): string {
  return `${viewerID} ${userID}`;
}

function isSame(left: Profile, right: Profile): boolean {
  // Two changes may share a moment, so that one is not enough; but most differ in it.
  if (left === right) return true;
  return (
    left.updatedAt.getTime() === right.updatedAt.getTime() &&
    left.createdAt.getTime() === right.createdAt.getTime() &&
    PLAIN_FIELDS.every((field) => left[field] === right[field]) &&
    (left.customInfo === right.customInfo ||
      JSON.stringify(left.customInfo) === JSON.stringify(right.customInfo))
  );
}

function toEntryBytes(key: string): number {
  return ENTRY_BYTES + key.length;
}
