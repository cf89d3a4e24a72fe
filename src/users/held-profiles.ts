import type { Dialect, Queryable } from '../database/sql';
import type { CacheBounds } from '../lib/cache-bounds';
import { PROFILE_COLUMNS, RowProfile } from './profile-row';

/** What is read of a profile: which version is stored, if any, or all of it. The version comes first in both. */
export type ProfileRead = 'version' | 'whole';

export const READ_COLUMNS: Readonly<Record<ProfileRead, readonly string[]>> = {
  version: PROFILE_COLUMNS.slice(0, 2),
  whole: PROFILE_COLUMNS,
};

/** The users, `u`, in the `FROM` of a statement that reads of them their ids and the columns of `read`, and no others. */
export function fromUsers(dialect: Dialect, read: ProfileRead): string {
  return read === 'version' ? `"user" u ${dialect.fromIndex('user_by_version')}` : '"user" u';
}

/** A statement for each, put together once: a new text has to be hashed before its prepared statement is found. */
export function toEachRead(
  toStatement: (read: ProfileRead) => string,
): Readonly<Record<ProfileRead, string>> {
  return { version: toStatement('version'), whole: toStatement('whole') };
}

/** What was held of users before they were read: looked for once, in a table so large that it is in no cache. */
export interface HeldLook {
  /** Versions alone are of use where all are held. */
  readonly read: ProfileRead;
  readonly found: ReadonlyMap<string, RowProfile>;
  /** How often users had been dropped: after one more, what was found does not count, and what is read is not held. */
  readonly drops: number;
}

const NOBODY: HeldLook['found'] = new Map();

const BOUNDS: CacheBounds = { entries: 100_000, bytes: 64 * 1024 * 1024 };

/**
 * Profiles as they were last read from the store, one object a user. They are never shown on trust: every read asks the
 * store which version is there (each change of a profile gives it a later `updated_at`), and only a version that is not
 * held is read whole. So a profile that many look at is made once, and so is its JSON, which is kept with the object.
 * Bounded: the one read longest ago goes first, so that showing one moves nothing, and a map is enough, which finds one
 * with one look less at memory that is in no cache than a cache that is ordered by use.
 */
export class HeldProfiles {
  /** In the order in which they were read. */
  private readonly held = new Map<string, RowProfile>();
  /** Stands before the first of them: it goes on over those that are gone, where a new one would begin with them. */
  private oldest = this.held.keys();
  /** How many are gone since it was made. */
  private gone = 0;
  private bytes = 0;
  private readonly select: string;
  private drops = 0;

  constructor(
    dialect: Dialect,
    private readonly bounds = BOUNDS,
  ) {
    this.select = `SELECT ${PROFILE_COLUMNS.join(', ')} FROM "user" u WHERE ${dialect.isOneOf('u.id', '$1')}`;
  }

  /**
   * The profiles of the users whose ids stand in the column `idAt`, and what was read of them from `readAt` on, in the
   * order of the rows; null for who does not exist, or was deleted meanwhile. `from` must be where the rows come from,
   * `look` is from before they were read.
   */
  async resolve(
    from: Queryable,
    rows: readonly (readonly unknown[])[],
    idAt: number,
    readAt: number,
    { read, found: seen, drops }: HeldLook,
  ): Promise<(RowProfile | null)[]> {
    const missing = new Set<string>();
    const isSeen = seen.size > 0 && drops === this.drops;
    const found = rows.map((row) => {
      if (row[readAt + 1] === null) return null;
      const userID = row[idAt] as string;
      const profile = (isSeen ? seen.get(userID) : undefined) ?? this.held.get(userID);
      if (profile?.isVersionIn(row, readAt) === true) return profile;
      if (read === 'whole') return this.hold(new RowProfile(row, readAt), drops);
      missing.add(userID);
      return null;
    });
    if (missing.size === 0) return found;
    const others = new Map<string, RowProfile>();
    for (const profile of await this.loadAnew(from, [...missing]))
      others.set(profile.id, this.hold(profile, drops));
    return found.map((profile, index) => profile ?? others.get(rows[index]?.[idAt] as string) ?? null);
  }

  /** What to read of these users. */
  look(userIDs: readonly string[]): HeldLook {
    const found = new Map<string, RowProfile>();
    let read: ProfileRead = 'version';
    for (const userID of userIDs) {
      const profile = this.held.get(userID);
      if (profile === undefined) {
        read = 'whole';
        break;
      }
      found.set(userID, profile);
    }
    return { read, found, drops: this.drops };
  }

  /** Where only the statement itself finds whom it reads, or reads all of every profile: to be taken before it. */
  lookForNobody(read: ProfileRead): HeldLook {
    return { read, found: NOBODY, drops: this.drops };
  }

  /** Those of the users that exist, in no order, each an object of its own that is not held: for what may be undone. */
  async loadAnew(from: Queryable, userIDs: readonly string[]): Promise<RowProfile[]> {
    const rows = await from.tuples(this.select, [JSON.stringify(userIDs)]);
    return rows.map((row) => new RowProfile(row, 0));
  }

  /**
   * The object that is held of this version; the one given where none is. It must have been committed, and read since
   * the look.
   */
  share(profile: RowProfile, { drops }: HeldLook): RowProfile {
    const held = this.held.get(profile.id);
    return held?.isSameVersion(profile) === true ? held : this.hold(profile, drops);
  }

  /** Not what was read before a drop: it may be of the user who was dropped. */
  private hold(profile: RowProfile, drops: number): RowProfile {
    if (drops !== this.drops) return profile;
    this.remove(profile.id);
    this.held.set(profile.id, profile);
    this.bytes += profile.bytes;
    while (this.held.size > this.bounds.entries || this.bytes > this.bounds.bytes)
      this.remove(this.oldest.next().value as string);
    return profile;
  }

  private remove(userID: string): void {
    const profile = this.held.get(userID);
    if (profile === undefined) return;
    this.held.delete(userID);
    this.bytes -= profile.bytes;
    // One that stands still keeps the tables that the map had since, and with them who is gone.
    if (++this.gone > this.held.size) this.restart();
  }

  private restart(): void {
    this.oldest = this.held.keys();
    this.gone = 0;
  }

  /** To be called when the user was deleted: another of that name begins anew, perhaps in the same moment. */
  drop(userID: string): void {
    this.drops++;
    this.remove(userID);
  }

  /** To be called when users may have been deleted unheard. */
  dropAll(): void {
    this.drops++;
    this.held.clear();
    this.restart();
    this.bytes = 0;
  }
}
