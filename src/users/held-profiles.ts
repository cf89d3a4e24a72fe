import { LRUCache } from 'lru-cache';
import type { Dialect, Queryable } from '../database/sql';
import { toProfileBytes, type Profile } from './profile';
import { PROFILE_COLUMNS, toProfile } from './profile-row';

/** What is read of a profile: which version is stored, if any, or all of it. The version comes first in both. */
export type ProfileRead = 'version' | 'whole';

export const READ_COLUMNS: Readonly<Record<ProfileRead, readonly string[]>> = {
  version: PROFILE_COLUMNS.slice(0, 2),
  whole: PROFILE_COLUMNS,
};

const BOUNDS = { max: 100_000, maxSize: 64 * 1024 * 1024 };

/**
 * Profiles as they were last read from the store, one object a user. They are never shown on trust: every read asks the
 * store which version is there (each change of a profile gives it a later `updated_at`), and only a version that is not
 * held is read whole. So a profile that many look at is made once, and so is its JSON, which is kept with the object.
 * Bounded: the one read longest ago goes first, so that showing one moves nothing.
 */
export class HeldProfiles {
  private readonly held = new LRUCache<string, Profile>({ ...BOUNDS, sizeCalculation: toProfileBytes });
  private readonly select: string;

  constructor(dialect: Dialect) {
    this.select = `SELECT ${PROFILE_COLUMNS.join(', ')} FROM "user" u WHERE ${dialect.isOneOf('u.id', '$1')}`;
  }

  /**
   * The profiles of the users whose ids stand in the column `idAt`, and what was read of them from `readAt` on, in the
   * order of the rows; null for who does not exist, or was deleted meanwhile. `from` must be where the rows come from.
   */
  async resolve(
    from: Queryable,
    rows: readonly (readonly unknown[])[],
    idAt: number,
    readAt: number,
    read: ProfileRead,
  ): Promise<(Profile | null)[]> {
    const missing = new Set<string>();
    const found = rows.map((row) => {
      const updatedAtMs = row[readAt + 1];
      if (updatedAtMs === null) return null;
      const userID = row[idAt] as string;
      const profile = this.held.peek(userID);
      const isStored =
        profile !== undefined &&
        profile.updatedAt.getTime() === updatedAtMs &&
        profile.createdAt.getTime() === row[readAt];
      if (isStored) return profile;
      if (read === 'whole') return this.hold(toProfile(row, readAt));
      missing.add(userID);
      return null;
    });
    if (missing.size === 0) return found;
    const others = new Map<string, Profile>();
    for (const row of await from.tuples(this.select, [JSON.stringify([...missing])])) {
      const profile = this.hold(toProfile(row, 0));
      others.set(profile.id, profile);
    }
    return found.map((profile, index) => profile ?? others.get(rows[index]?.[idAt] as string) ?? null);
  }

  /** What to read of these users, whose versions alone are of use where all are held. */
  chooseRead(userIDs: readonly string[]): ProfileRead {
    return userIDs.every((userID) => this.held.has(userID)) ? 'version' : 'whole';
  }

  private hold(profile: Profile): Profile {
    this.held.set(profile.id, profile);
    return profile;
  }

  /** To be called when the user was deleted: another of that name begins anew, perhaps in the same moment. */
  drop(userID: string): void {
    this.held.delete(userID);
  }

  /** To be called when users may have been deleted unheard. */
  dropAll(): void {
    this.held.clear();
  }
}
