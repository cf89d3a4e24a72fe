import type { Database, Transaction } from '../database/sql';
import { badInput, toItemResult, type ItemResult, type ResultCode } from '../errors';
import type { EventLog } from '../events/event-log.repository';
import type { Clock } from '../lib/clock';
import { requireCount, requireIdList, type IdList } from '../lib/id-list';
import type { Limits } from '../limits';
import type { Viewer } from '../users/viewer';
import type { FriendGroup } from './friend-group';
import type { FriendGroupRepository } from './friend-group.repository';
import { isGroupName, mayNameGroup } from './friend-texts';
import type { FriendRepository } from './friend.repository';

/** The viewer's friend groups. Private to the viewer; names are compared by their bytes. */
export class FriendGroupService {
  constructor(
    private readonly database: Database,
    private readonly groups: FriendGroupRepository,
    private readonly friends: FriendRepository,
    private readonly log: EventLog,
    private readonly clock: Clock,
    private readonly limits: Limits,
  ) {}

  /** Those of the names that exist, or all when `names` is null; sorted by name. */
  async load(viewer: Viewer, names: readonly string[] | null): Promise<FriendGroup[]> {
    if (names !== null) requireCount('names', names.length, this.limits.idsPerCall);
    return this.groups.load(viewer.userID, names?.filter(mayNameGroup) ?? null);
  }

  /** One answer per user given; when no user was given and the group cannot be created, one about the viewer. */
  async create(viewer: Viewer, name: string, userIDs: readonly string[]): Promise<ItemResult[]> {
    const list = requireIdList('userIDs', userIDs, this.limits.idsPerCall);
    const { userID } = viewer;
    if (!isGroupName(name, this.limits)) return answerAll(viewer, userIDs, 'INVALID_PARAMETERS');
    return this.change(viewer, list.valid, async (tx) => {
      const existing = await this.groups.load(userID, null, tx);
      if (existing.some((group) => group.name === name)) return answerAll(viewer, userIDs, 'GROUP_EXISTS');
      if (existing.length >= this.limits.groups) return answerAll(viewer, userIDs, 'GROUP_LIMIT');
      await this.groups.create(tx, userID, name, this.clock.now());
      const friends = await this.findFriends(tx, viewer, list);
      if (friends.length > 0) await this.groups.addMembers(tx, userID, name, friends);
      await this.log.append(tx, [
        { userID, type: 'FRIEND_GROUP_CREATED', payload: { groupName: name, userIDs: friends } },
      ]);
      return answerFriends(list, friends);
    });
  }

  /** Deletes those that exist and gives their names, in the order asked, each once. The friends stay. */
  async remove(viewer: Viewer, names: readonly string[]): Promise<string[]> {
    requireCount('names', names.length, this.limits.idsPerCall);
    const { userID } = viewer;
    const possible = [...new Set(names)].filter(mayNameGroup);
    return this.change(viewer, [], async (tx) => {
      const removed = await this.groups.remove(tx, userID, possible);
      const groupNames = possible.filter((name) => removed.has(name));
      if (groupNames.length > 0) {
        await this.log.append(tx, [{ userID, type: 'FRIEND_GROUP_DELETED', payload: { groupNames } }]);
      }
      return groupNames;
    });
  }

  /** Throws BAD_USER_INPUT with the result code in its details when the group is missing or the new name is not free. */
  async rename(viewer: Viewer, oldName: string, newName: string): Promise<FriendGroup> {
    const { userID } = viewer;
    if (!isGroupName(newName, this.limits)) {
      throw badInput(`"newName" must have 1 to ${this.limits.groupNameBytes} bytes of UTF-8.`, {
        argument: 'newName',
        resultCode: 'INVALID_PARAMETERS',
      });
    }
    return this.change(viewer, [], async (tx) => {
      const existing = await this.groups.load(userID, null, tx);
      const group = existing.find(({ name }) => name === oldName);
      if (group === undefined) throw groupError('There is no friend group of this name.', 'GROUP_NOT_FOUND');
      if (newName === oldName) return group;
      if (existing.some(({ name }) => name === newName)) {
        throw groupError('There is a friend group of the new name already.', 'GROUP_EXISTS');
      }
      const userIDs = await this.groups.rename(tx, userID, oldName, newName);
      await this.log.append(tx, [
        { userID, type: 'FRIEND_GROUP_RENAMED', payload: { oldName, newName, userIDs } },
      ]);
      const [renamed] = await this.groups.load(userID, [newName], tx);
      return renamed ?? group;
    });
  }

  /** One answer per user given. One that is in the group already is OK and changes nothing. */
  async addFriends(viewer: Viewer, name: string, userIDs: readonly string[]): Promise<ItemResult[]> {
    return this.changeMembers(viewer, name, userIDs, async (tx, friends) => {
      const members = await this.groups.loadMembers(tx, viewer.userID, name, friends);
      const added = friends.filter((friendID) => !members.has(friendID));
      if (added.length === 0) return;
      await this.groups.addMembers(tx, viewer.userID, name, added);
      await this.log.append(tx, [
        {
          userID: viewer.userID,
          type: 'FRIENDS_ADDED_TO_GROUP',
          payload: { groupName: name, userIDs: added },
        },
      ]);
    });
  }

  /** One answer per user given. A friend that is not in the group is OK and changes nothing. */
  async removeFriends(viewer: Viewer, name: string, userIDs: readonly string[]): Promise<ItemResult[]> {
    return this.changeMembers(viewer, name, userIDs, async (tx, friends) => {
      const members = await this.groups.removeMembers(tx, viewer.userID, name, friends);
      const removed = friends.filter((friendID) => members.has(friendID));
      if (removed.length === 0) return;
      await this.log.append(tx, [
        {
          userID: viewer.userID,
          type: 'FRIENDS_DELETED_FROM_GROUP',
          payload: { groupName: name, userIDs: removed },
        },
      ]);
    });
  }

  private async changeMembers(
    viewer: Viewer,
    name: string,
    userIDs: readonly string[],
    write: (tx: Transaction, friends: string[]) => Promise<void>,
  ): Promise<ItemResult[]> {
    const list = requireIdList('userIDs', userIDs, this.limits.idsPerCall);
    if (!mayNameGroup(name)) return answerAll(viewer, userIDs, 'GROUP_NOT_FOUND');
    return this.change(viewer, list.valid, async (tx) => {
      const [group] = await this.groups.load(viewer.userID, [name], tx);
      if (group === undefined) return answerAll(viewer, userIDs, 'GROUP_NOT_FOUND');
      const friends = await this.findFriends(tx, viewer, list);
      await write(tx, friends);
      return answerFriends(list, friends);
    });
  }

  /**
   * Whoever may get into a group is held like its owner: one that is deleted meanwhile would stay in it. A second
   * safeguard: whoever deletes a user holds those, too, who have it in their lists, and nobody else can have it in a group.
   */
  private change<Result>(
    viewer: Viewer,
    members: readonly string[],
    work: (tx: Transaction) => Promise<Result>,
  ): Promise<Result> {
    return this.database.transaction(async (tx) => {
      await this.log.lockFor(tx, viewer.userID, members);
      return work(tx);
    });
  }

  /** Those of the users who are in the viewer's list, in the order given. */
  private async findFriends(tx: Transaction, viewer: Viewer, list: IdList): Promise<string[]> {
    if (list.valid.length === 0) return [];
    const found = await this.friends.loadRelationships(viewer.userID, list.valid, tx);
    return list.valid.filter((userID) => found.get(userID)?.iHave === true);
  }
}

function groupError(message: string, resultCode: ResultCode): Error {
  return badInput(message, { resultCode });
}

function answerAll(viewer: Viewer, userIDs: readonly string[], code: ResultCode): ItemResult[] {
  return (userIDs.length === 0 ? [viewer.userID] : userIDs).map((userID) => toItemResult(userID, code));
}

function answerFriends(list: IdList, friends: readonly string[]): ItemResult[] {
  const isFriend = new Set(friends);
  return list.answerCodes(list.valid.map((userID) => (isFriend.has(userID) ? 'OK' : 'NOT_FRIENDS')));
}
