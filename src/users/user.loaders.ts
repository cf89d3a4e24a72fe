import DataLoader from 'dataloader';
import type { Database } from '../database/sql';
import type { Clock } from '../lib/clock';
import type { Profile } from './profile';
import type { RowProfile } from './profile-row';
import type { ProfileReads } from './profile-reads';
import type { KeptCopy, ProfileCopy, StrangerCache } from './stranger-cache';
import type { UserRepository } from './user.repository';

type Found = ProfileCopy | null;
/** Null for a user that does not exist. At once where nothing has to be read for it. */
export type LoadedCopy = Found | Promise<Found>;

export interface ProfileLoader {
  load(userID: string): LoadedCopy;
  /**
   * To be called just before rows are read that hold profiles besides something else: what it gives takes the profiles
   * in, so that they are not read again. Null where they cannot be taken and need not be read.
   */
  beginRead(of: 'friends' | 'anybody'): ((row: ReadProfile) => void) | null;
}

/** A profile as it was read from the store; null for a user that does not exist. */
export interface ReadProfile {
  userID: string;
  user: RowProfile | null;
  /** Whether the user is in the viewer's friend list. */
  isFriend: boolean;
}

export interface ProfileSources {
  database: Database;
  users: UserRepository;
  reads: ProfileReads;
  strangers: StrangerCache;
  clock: Clock;
}

/**
 * The one way to a profile: whatever a request asks, its profiles are read in one statement per batch, none is read
 * twice, and none is seen in two versions. The viewer and the viewer's friends are always read from the store; of a
 * stranger the viewer keeps a copy for ten minutes. Made anew for each request and each event.
 */
export class ViewersProfiles implements ProfileLoader {
  /** What this request has seen without asking by `asked`. */
  private readonly seen = new Map<string, Found>();
  /** What it asks the store for, or has asked for. */
  private readonly asked = new Map<string, Promise<Found>>();
  private readonly batches: DataLoader<string, Found>;

  constructor(
    private readonly sources: ProfileSources,
    private readonly viewerID: string,
  ) {
    this.batches = new DataLoader((userIDs) => this.read(userIDs), { cacheMap: this.asked });
  }

  load(userID: string): LoadedCopy {
    const seen = this.seen.get(userID);
    if (seen !== undefined) return seen;
    // Nobody is a stranger to oneself: there is no copy to be missed.
    const mayBeCopied = userID !== this.viewerID && !this.asked.has(userID);
    const copy = mayBeCopied ? this.sources.strangers.find(this.viewerID, userID) : null;
    if (copy === null) return this.batches.load(userID);
    this.seen.set(userID, copy);
    return copy;
  }

  /** The user was found in the viewer's list: what is loaded from now on is as stored. */
  noteFriend(userID: string): void {
    this.sources.strangers.dropFriend(this.viewerID, userID);
  }

  beginRead(of: 'friends' | 'anybody'): ((row: ReadProfile) => void) | null {
    const { strangers, clock, reads } = this.sources;
    // What a replica can give, the primary is not asked for.
    if (of === 'anybody' && reads.asksReplica) return null;
    const mark = strangers.mark();
    const fetchedAt = new Date(clock.now());
    return ({ userID, user, isFriend }) => {
      // Whatever came first is what this request goes on seeing.
      if (this.seen.has(userID) || this.asked.has(userID)) return;
      if (isFriend) this.noteFriend(userID);
      const isStranger = !isFriend && userID !== this.viewerID;
      const held = isStranger && user !== null ? strangers.find(this.viewerID, userID) : null;
      const read = user === null ? null : { userID, user, fetchedAt };
      this.seen.set(userID, held ?? read);
      if (isStranger && held === null && read !== null) strangers.keep(this.viewerID, read, mark);
    };
  }

  private async read(userIDs: readonly string[]): Promise<Found[]> {
    const { reads, strangers, clock } = this.sources;
    const mark = strangers.mark();
    const fetchedAt = new Date(clock.now());
    const copies = new Map<string, KeptCopy>();
    for (const { userID, user, isFriend, asOfMs } of await reads.load(this.viewerID, userIDs)) {
      const copy = { userID, user, fetchedAt: asOfMs === undefined ? fetchedAt : new Date(asOfMs) };
      copies.set(userID, copy);
      if (!isFriend && userID !== this.viewerID) strangers.keep(this.viewerID, copy, mark);
    }
    return userIDs.map((userID) => copies.get(userID) ?? null);
  }
}

/** For what is shown to many viewers alike, all of them friends: profiles as stored, in nobody's eyes. */
export function createSharedProfileLoader({ database, users, clock }: ProfileSources): ProfileLoader {
  const batches = new DataLoader<string, Found>(async (userIDs) => {
    const fetchedAt = new Date(clock.now());
    const records = await users.load(database.reader, userIDs);
    const copies = new Map(records.map((user) => [user.id, { user, fetchedAt }]));
    return userIDs.map((userID) => copies.get(userID) ?? null);
  });
  return { load: (userID) => batches.load(userID), beginRead: () => null };
}

/** A profile, now or later; null for a user that does not exist. */
export type LoadedProfile = Profile | null | Promise<Profile | null>;

/** The profile alone. */
export function loadProfile(profiles: ProfileLoader, userID: string): LoadedProfile {
  const found = profiles.load(userID);
  return found instanceof Promise ? found.then(toUser) : toUser(found);
}

function toUser(found: Found): Profile | null {
  return found?.user ?? null;
}
