import DataLoader from 'dataloader';
import type { Database } from '../database/sql';
import type { Clock } from '../lib/clock';
import type { Profile } from './profile';
import type { ProfileReads } from './profile-reads';
import type { ProfileCopy, StrangerCache } from './stranger-cache';
import type { UserRepository } from './user.repository';

/** Gives null for a user that does not exist. */
export type ProfileLoader = Pick<DataLoader<string, ProfileCopy | null>, 'load'>;

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
export function createProfileLoader(sources: ProfileSources, viewerID: string): ProfileLoader {
  const { reads, strangers, clock } = sources;
  return new DataLoader(async (userIDs) => {
    const copies = new Map<string, ProfileCopy>();
    const missing: string[] = [];
    for (const userID of userIDs) {
      const copy = strangers.find(viewerID, userID);
      if (copy === null) missing.push(userID);
      else copies.set(userID, copy);
    }
    if (missing.length > 0) {
      const mark = strangers.mark();
      const fetchedAt = new Date(clock.now());
      for (const { user, isFriend, asOfMs } of await reads.load(viewerID, missing)) {
        const copy = { user, fetchedAt: asOfMs === undefined ? fetchedAt : new Date(asOfMs) };
        copies.set(user.id, copy);
        if (!isFriend && user.id !== viewerID) strangers.keep(viewerID, copy, mark);
      }
    }
    return userIDs.map((userID) => copies.get(userID) ?? null);
  });
}

/** For what is shown to many viewers alike, all of them friends: profiles as stored, in nobody's eyes. */
export function createSharedProfileLoader({ database, users, clock }: ProfileSources): ProfileLoader {
  return new DataLoader(async (userIDs) => {
    const fetchedAt = new Date(clock.now());
    const records = await users.load(database.reader, userIDs);
    const copies = new Map(records.map((user) => [user.id, { user, fetchedAt }]));
    return userIDs.map((userID) => copies.get(userID) ?? null);
  });
}

/** The profile alone; null for a user that does not exist. */
export async function loadProfile(profiles: ProfileLoader, userID: string): Promise<Profile | null> {
  const copy = await profiles.load(userID);
  return copy?.user ?? null;
}
