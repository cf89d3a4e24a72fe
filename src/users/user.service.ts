import { LRUCache } from 'lru-cache';
import { InterruptedByOthersError } from '../database/interrupted';
import type { Database, Transaction } from '../database/sql';
import { CodedError, notRegistered, toItemResult, type ItemResult } from '../errors';
import type { EventLog } from '../events/event-log.repository';
import type { EventDraft } from '../events/friendship-event';
import type { ProfileFanout } from '../events/profile-fanout.service';
import { upToEntries } from '../lib/cache-bounds';
import type { Clock } from '../lib/clock';
import { requireCount } from '../lib/id-list';
import { isUserID, USER_ID_PROBLEM } from '../lib/user-id';
import type { Limits } from '../limits';
import {
  applyProfileChanges,
  EMPTY_PROFILE,
  type AdminForbidType,
  type Profile,
  type ProfileChanges,
  type ProfileFields,
} from './profile';
import type { ProfileCopy } from './stranger-cache';
import type { LoadedCopy, ProfileLoader } from './user.loaders';
import type { UserRecord, UserRepository } from './user.repository';
import { requireAdmin, type Viewer } from './viewer';

/** One user to create or change. */
export interface UserImport extends ProfileChanges {
  userID: string;
  adminForbidType?: AdminForbidType | null | undefined;
}

export interface UserInfoResult extends ItemResult {
  user: Profile | null;
  fetchedAt: Date | null;
}

export type ImportOutcome = 'CREATED' | 'UPDATED' | 'UNCHANGED';

/** How many users are remembered as registered, so that a call of theirs need not ask the store. */
const REMEMBERED_USERS = 100_000;
/**
 * How long: while the bus is down another process may delete a user without this one hearing of it. An embedded database
 * has no other.
 */
const REMEMBERED_MS = 60_000;

export class UserService {
  private readonly registered: LRUCache<string, true>;
  /** How often users were forgotten. */
  private forgettings = 0;

  constructor(
    private readonly database: Database,
    private readonly users: UserRepository,
    private readonly log: EventLog,
    private readonly fanout: ProfileFanout,
    private readonly clock: Clock,
    private readonly createEpoch: () => string,
    private readonly limits: Limits,
    private readonly autoRegister: boolean,
  ) {
    const isAlone = database.dialect.name === 'sqlite';
    this.registered = new LRUCache({
      ...upToEntries(REMEMBERED_USERS),
      ...(!isAlone && { ttl: REMEMBERED_MS }),
    });
  }

  /** To be called for a user that was deleted, here or on another node. */
  forget(userID: string): void {
    this.forgettings++;
    this.registered.delete(userID);
  }

  /** To be called when users may have been deleted on another node unheard. */
  forgetAll(): void {
    this.forgettings++;
    this.registered.clear();
  }

  /**
   * Makes sure that the user of an authenticated call exists: creates it when the call is the user's own and that is
   * switched on, throws FORBIDDEN otherwise.
   */
  async register({ userID, actedBy }: Viewer): Promise<void> {
    if (this.registered.has(userID)) return;
    const { forgettings } = this;
    const [known] = await this.users.load(this.database.reader, [userID]);
    if (known === undefined) {
      // An administrator who acts for nobody has mistyped an id, and has importUsers to create users.
      if (!this.autoRegister || actedBy !== undefined) throw notRegistered(userID);
      await this.database.transaction((tx) => this.createMissing(tx, [userID]));
    }
    // One that was deleted while it was looked up must not be remembered.
    if (forgettings === this.forgettings) this.registered.set(userID, true);
  }

  /** Throws FORBIDDEN when the viewer was deleted while the call was under way. */
  async requireSelf(viewer: Viewer, profiles: ProfileLoader): Promise<Profile> {
    const copy = await profiles.load(viewer.userID);
    if (copy === null) throw notRegistered(viewer.userID);
    return copy.user;
  }

  /** One answer per id asked, in the order asked; at once where nothing has to be waited for. */
  loadUsersInfo(
    userIDs: readonly string[],
    profiles: ProfileLoader,
  ): UserInfoResult[] | Promise<UserInfoResult[]> {
    requireCount('userIDs', userIDs.length, this.limits.idsPerCall);
    // An id that is asked for twice is loaded once: the loader sees to it.
    const asked = userIDs.map((userID) => (isUserID(userID) ? profiles.load(userID) : null));
    const answer = (copies: readonly (ProfileCopy | null)[]): UserInfoResult[] =>
      userIDs.map((userID, index) => toUserInfo(userID, copies[index] ?? null));
    // So it is when all are strangers who were seen before.
    if (asked.every(isHere)) return answer(asked);
    return Promise.all(asked.map(async (copy) => copy)).then(answer);
  }

  /** Writes the fields given. One that changes something tells the viewer's devices at once and every owner later. */
  async setSelfInfo(viewer: Viewer, changes: ProfileChanges): Promise<Profile> {
    return this.database.transaction(async (tx) => {
      await this.log.lockFor(tx, viewer.userID);
      const [before] = await this.users.load(tx, [viewer.userID]);
      if (before === undefined) throw notRegistered(viewer.userID);
      const after = applyProfileChanges(before, changes, this.limits);
      if (after === before) return before;
      await this.write(tx, [after], new Set([after.id]));
      await this.announce(tx, [after.id]);
      return after;
    });
  }

  /** Administrators only. One answer per user given, in order. */
  async importUsers(viewer: Viewer, users: readonly UserImport[]): Promise<ItemResult[]> {
    requireAdmin(viewer);
    requireCount('users', users.length, this.limits.usersPerImport);
    const valid = users.filter((user) => isUserID(user.userID));
    await this.database.transaction((tx) => this.importInto(tx, valid));
    return users.map(({ userID }) => toItemResult(userID, isUserID(userID) ? 'OK' : 'INVALID_PARAMETERS'));
  }

  /**
   * Creates or changes users, in the order given: a user given twice is changed twice. Ids must be valid. Throws
   * BAD_USER_INPUT for a value past its limit, and then nothing of `tx` may be kept.
   */
  async importInto(tx: Transaction, users: readonly UserImport[]): Promise<ImportOutcome[]> {
    const userIDs = [...new Set(users.map((user) => user.userID))];
    const created = await this.createAndLock(tx, userIDs);
    const original = new Map((await this.users.load(tx, userIDs)).map((user) => [user.id, user]));
    const current = new Map(original);
    const reported = new Set<string>();
    // Whether a user is forbidden to send requests is nobody's to see: it is stored, and told to no one.
    const visible = new Set<string>();
    const outcomes = users.map(({ userID, adminForbidType, ...changes }): ImportOutcome => {
      const before = current.get(userID);
      if (before === undefined) throw new Error('A user that was just created is missing.');
      const profile = applyProfileChanges(before, changes, this.limits);
      if (profile !== before) visible.add(userID);
      const after = withForbidType(profile, adminForbidType);
      current.set(userID, after);
      if (created.has(userID) && !reported.has(userID)) {
        reported.add(userID);
        return 'CREATED';
      }
      return after === before ? 'UNCHANGED' : 'UPDATED';
    });
    const changed = [...current.values()].filter((user) => user !== original.get(user.id));
    await this.write(tx, changed, visible);
    // Nobody can know the earlier, empty profile of a user that is created here.
    await this.announce(
      tx,
      [...visible].filter((userID) => !created.has(userID)),
    );
    return outcomes;
  }

  /** For each user what `importInto` would throw, or null; null itself is passed over. */
  async findImportProblems(
    tx: Transaction,
    users: readonly (UserImport | null)[],
  ): Promise<(string | null)[]> {
    const userIDs = users.flatMap((user) => (user !== null && isUserID(user.userID) ? [user.userID] : []));
    const current = new Map<string, ProfileFields>();
    for (const user of await this.users.load(tx, userIDs)) current.set(user.id, user);
    return users.map((user) => {
      if (user === null) return null;
      if (!isUserID(user.userID)) return USER_ID_PROBLEM;
      try {
        current.set(
          user.userID,
          applyProfileChanges(current.get(user.userID) ?? EMPTY_PROFILE, user, this.limits),
        );
        return null;
      } catch (error) {
        if (error instanceof CodedError) return error.message;
        throw error;
      }
    });
  }

  /**
   * Creates those that do not exist, gives their ids, and makes other changes that concern one of the users wait until
   * `tx` ends: none can be deleted before. Has `tx` run again when one was deleted while this waited.
   */
  async createAndLock(tx: Transaction, userIDs: readonly string[]): Promise<ReadonlySet<string>> {
    // Created first: who holds streams must not wait for others who create users, and wait for streams next.
    const created = new Set(await this.createMissing(tx, userIDs));
    const locked = await this.log.lock(tx, userIDs);
    if (userIDs.some((userID) => !locked.has(userID))) throw new InterruptedByOthersError();
    return created;
  }

  /** Creates those that do not exist, with an empty profile, and gives their ids. */
  async createMissing(tx: Transaction, userIDs: readonly string[]): Promise<string[]> {
    const now = new Date(this.clock.now());
    const created = await this.users.insert(
      tx,
      // In one order, so that two calls that create the same users never wait for each other.
      [...userIDs].sort().map((id) => ({
        ...EMPTY_PROFILE,
        adminForbidType: 'NONE',
        id,
        createdAt: now,
        updatedAt: now,
      })),
    );
    if (created.length > 0) await this.log.create(tx, created, this.createEpoch());
    return created;
  }

  /** `visible` are those whose profile changed, and with it the time of its last change. */
  private async write(
    tx: Transaction,
    users: readonly UserRecord[],
    visible: ReadonlySet<string>,
  ): Promise<void> {
    if (users.length === 0) return;
    const now = this.clock.now();
    for (const user of users) {
      // Later each time, whatever the clock says: by this a version is told from the one before.
      if (visible.has(user.id)) user.updatedAt = new Date(Math.max(now, user.updatedAt.getTime() + 1));
    }
    await this.users.update(tx, users);
  }

  /** Tells the users' own devices, and later everybody who has them in a list, that their profiles changed. */
  private async announce(tx: Transaction, userIDs: readonly string[]): Promise<void> {
    if (userIDs.length === 0) return;
    await this.fanout.request(tx, userIDs);
    await this.log.append(
      tx,
      userIDs.map((userID): EventDraft => ({ userID, type: 'SELF_INFO_UPDATED', payload: {} })),
    );
  }
}

function toUserInfo(userID: string, copy: ProfileCopy | null): UserInfoResult {
  const outcome = copy !== null ? 'OK' : isUserID(userID) ? 'USER_NOT_FOUND' : 'INVALID_PARAMETERS';
  // Not spread: that takes longer than all the rest of an item.
  const { resultCode, code, resultInfo } = toItemResult(userID, outcome);
  return {
    userID,
    resultCode,
    code,
    resultInfo,
    user: copy?.user ?? null,
    fetchedAt: copy?.fetchedAt ?? null,
  };
}

function isHere(copy: LoadedCopy): copy is ProfileCopy | null {
  return !(copy instanceof Promise);
}

function withForbidType(user: UserRecord, adminForbidType: AdminForbidType | null | undefined): UserRecord {
  if (adminForbidType === null || adminForbidType === undefined) return user;
  return adminForbidType === user.adminForbidType ? user : { ...user, adminForbidType };
}
