import DataLoader from 'dataloader';
import type { Database } from '../database/sql';
import type { Clock } from '../lib/clock';
import type { Profile } from './profile';
import type { UserRepository } from './user.repository';

/** A profile as one request sees it. */
export interface ProfileCopy {
  user: Profile;
  /** When it was read from the store. */
  fetchedAt: Date;
}

/** Gives null for a user that does not exist. */
export type ProfileLoader = DataLoader<string, ProfileCopy | null>;

/**
 * The one way to a profile: whatever a request asks, its profiles are read in one statement per batch, none is read
 * twice, and none is seen in two versions. Made anew for each request and each event.
 */
export function createProfileLoader(database: Database, users: UserRepository, clock: Clock): ProfileLoader {
  return new DataLoader(async (userIDs) => {
    const records = await users.load(database.reader, userIDs);
    const fetchedAt = new Date(clock.now());
    const copies = new Map(records.map((user) => [user.id, { user, fetchedAt }]));
    return userIDs.map((userID) => copies.get(userID) ?? null);
  });
}

/** The profile alone; null for a user that does not exist. */
export async function loadProfile(profiles: ProfileLoader, userID: string): Promise<Profile | null> {
  const copy = await profiles.load(userID);
  return copy?.user ?? null;
}
