import { LRUCache } from 'lru-cache';
import { upToEntries, type CacheBounds } from '../lib/cache-bounds';
import type { Clock } from '../lib/clock';
import { toOwnText } from '../lib/own-text';
import type { Profile } from './profile';
import type { RowProfile } from './profile-row';
import { HeldCopy, RecentCopies } from './recent-copies';

/** A profile as somebody sees it. */
export interface ProfileCopy {
  user: Profile;
  /** When it was read from the store. */
  fetchedAt: Date;
}

/** A profile as it was read from the store; whoever reads the same version, while it is held, has the same object. */
export interface KeptCopy extends ProfileCopy {
  /**
   * The text that was read with it, and not the profile's own, which lies with that somewhere in memory: by it a copy is
   * found, and so lies beside those that are looked for with it.
   */
  userID: string;
  user: RowProfile;
}

class Entry extends HeldCopy implements KeptCopy {
  constructor(
    readonly userID: string,
    readonly user: RowProfile,
    readonly fetchedAt: Date,
  ) {
    super();
  }
}

const FRESH_MS = 10 * 60 * 1_000;
const MAX_ENTRIES = 100_000;
const MAX_BYTES = 64 * 1024 * 1024;
/** Of a copy, and of a viewer who has any. Measured: see docs/operations.md. */
const ENTRY_BYTES = 270;
const VIEWER_BYTES = 280;
/** How many drops are told apart: a read that takes longer than so many is not kept. */
const MAX_DROPS = 10_000;

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
  private readonly entries = new RecentCopies<Entry>();
  /** When users were deleted: older copies of them are void. */
  private readonly deleted = new LRUCache<string, number>({
    ...upToEntries(MAX_ENTRIES),
    dispose: (deletedMs, _userID, reason) => {
      if (reason === 'evict') this.forgottenMs = Math.max(this.forgottenMs, deletedMs);
    },
  });
  private lastDeletedMs = -Infinity;
  /** Who was deleted until then may not be remembered: older copies of anybody are void. */
  private forgottenMs = -Infinity;
  /** Of all copies that were kept; to come when the clock was set back since. */
  private newestFetchedMs = -Infinity;
  private drops = 0;
  /** The number of the newest drop of each viewer's copy, oldest first. */
  private readonly dropped = new Map<string, number>();
  /** Drops up to this number are taken for drops of everything. */
  private droppedAll = 0;

  /** Before this moment users may have been deleted unheard, or copies given that are not held any more. */
  private unknownUntilMs = -Infinity;

  /** Of all profiles that anybody has a copy of. */
  private profileBytes = 0;
  private readonly counts = { hits: 0, misses: 0, evictions: 0 };

  /** @param isTold - false while drops of other processes may go unheard: nothing is given or kept then */
  constructor(
    private readonly clock: Clock,
    private readonly isTold: () => boolean = () => true,
    private readonly bounds: CacheBounds = { entries: MAX_ENTRIES, bytes: MAX_BYTES },
  ) {}

  get stats(): CacheStats {
    return { ...this.counts, entries: this.entries.size, bytes: this.bytes };
  }

  /** The viewer's copy; null when there is none or it has become too old. */
  find(viewerID: string, userID: string): ProfileCopy | null {
    const entry = this.isTold() ? this.entries.find(viewerID, userID) : undefined;
    if (entry !== undefined) {
      const fetchedAtMs = entry.fetchedAt.getTime();
      const ageMs = this.clock.now() - fetchedAtMs;
      if (ageMs >= 0 && ageMs < FRESH_MS && fetchedAtMs > this.findDeletedMs(userID)) {
        this.counts.hits++;
        this.entries.use(entry);
        return entry;
      }
      // How old a copy from the future is, nobody knows: the clock was set back.
      if (ageMs < 0) this.forget(entry);
      else this.remove(entry);
    }
    this.counts.misses++;
    return null;
  }

  /** Taken before a read of the store and given to `keep` after it. */
  mark(): number {
    return this.drops;
  }

  /**
   * Keeps a copy that was read since `mark`, unless it was dropped meanwhile: it may be what was dropped. Both ids are kept
   * as they are given, as texts of their own.
   */
  keep(viewerID: string, { userID, user, fetchedAt }: KeptCopy, mark: number): void {
    const fetchedAtMs = fetchedAt.getTime();
    if (this.isDroppedSince(viewerID, userID, mark) || !this.isTold()) {
      // It is shown all the same, once.
      this.unknownUntilMs = Math.max(this.unknownUntilMs, fetchedAtMs);
      return;
    }
    const held = this.entries.find(viewerID, userID);
    if (held !== undefined) {
      // Of two reads at a time, the one that came from an older state must not be what is seen next.
      if (held.fetchedAt > fetchedAt) return;
      this.remove(held);
    }
    if (user.copies++ === 0) this.profileBytes += user.bytes;
    this.entries.add(viewerID, new Entry(userID, user, fetchedAt));
    this.newestFetchedMs = Math.max(this.newestFetchedMs, fetchedAtMs);
    const { bounds } = this;
    for (let oldest = this.entries.findOldest(); oldest !== undefined; oldest = this.entries.findOldest()) {
      if (this.entries.size <= bounds.entries && this.bytes <= bounds.bytes) return;
      this.counts.evictions++;
      this.forget(oldest);
    }
  }

  /** The stranger has become a friend, or another process holds a newer copy. */
  drop(viewerID: string, userID: string): void {
    const entry = this.entries.find(viewerID, userID);
    if (entry !== undefined) this.remove(entry);
    const key = toOwnText(toKey(viewerID, userID));
    this.dropped.delete(key);
    this.dropped.set(key, ++this.drops);
    if (this.dropped.size <= MAX_DROPS) return;
    for (const [oldest, drop] of this.dropped) {
      this.dropped.delete(oldest);
      this.droppedAll = drop;
      return;
    }
  }

  /** The viewer's list was read and holds the user, of which this process may not have been told yet. */
  dropFriend(viewerID: string, userID: string): void {
    if (this.entries.find(viewerID, userID) !== undefined) this.drop(viewerID, userID);
  }

  /**
   * Whether a state of the store of this moment may be shown: all who were deleted before it are known, and whatever
   * copy a viewer was given is older than it or still held.
   */
  isKnownSince(userID: string, asOfMs: number): boolean {
    return asOfMs > Math.max(this.unknownUntilMs, this.findDeletedMs(userID));
  }

  /** The user was deleted: nobody is shown a copy any more. */
  dropUser(userID: string): void {
    this.countDropOfAll();
    // Later than every copy, whatever the clock says: by this those that are void are told from those to come.
    this.lastDeletedMs = Math.max(this.clock.now(), this.newestFetchedMs);
    this.deleted.set(toOwnText(userID), this.lastDeletedMs);
  }

  /** Other processes may have changed anything. */
  dropAll(): void {
    this.countDropOfAll();
    this.unknownUntilMs = this.clock.now();
    for (const { user } of this.entries) user.copies = 0;
    this.entries.clear();
    this.profileBytes = 0;
  }

  private countDropOfAll(): void {
    this.droppedAll = ++this.drops;
    // Said by it, too; and the oldest of them would move it back when it goes.
    this.dropped.clear();
  }

  private get bytes(): number {
    return this.entries.size * ENTRY_BYTES + this.entries.viewers * VIEWER_BYTES + this.profileBytes;
  }

  /** When the user was deleted last, or later where that may not be remembered; -Infinity for never. */
  private findDeletedMs(userID: string): number {
    // Most processes never hear of a deletion.
    return this.lastDeletedMs === -Infinity ? -Infinity : (this.deleted.get(userID) ?? this.forgottenMs);
  }

  private isDroppedSince(viewerID: string, userID: string, mark: number): boolean {
    if (mark === this.drops) return false;
    return mark < this.droppedAll || mark < (this.dropped.get(toKey(viewerID, userID)) ?? 0);
  }

  /** Before it is too old. */
  private forget(entry: Entry): void {
    this.unknownUntilMs = Math.max(this.unknownUntilMs, entry.fetchedAt.getTime());
    this.remove(entry);
  }

  private remove(entry: Entry): void {
    this.entries.remove(entry);
    if (--entry.user.copies === 0) this.profileBytes -= entry.user.bytes;
  }
}

function toKey(viewerID: string, userID: string): string {
  return `${viewerID} ${userID}`;
}
