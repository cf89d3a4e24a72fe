import type { Database } from '../database/sql';
import { badInput, toItemResult, type ItemResult } from '../errors';
import type { EventLog } from '../events/event-log.repository';
import { mergeCustomFields, requireCustomFields, type CustomFieldValue } from '../lib/custom-fields';
import { requireCount, requireIdList } from '../lib/id-list';
import { hasIsoTime } from '../lib/iso-time';
import { requirePage, toPage, type PageInput } from '../lib/page';
import { isUserID } from '../lib/user-id';
import type { Limits } from '../limits';
import { requireAdmin, type Viewer } from '../users/viewer';
import {
  toFriendKey,
  toRelation,
  type FriendConnection,
  type FriendInfo,
  type FriendInfoResult,
  type Wishes,
} from './friend-info';
import type { FriendRepository, ListedFriend, Relationship } from './friend.repository';
import { isGroupName, mayNameGroup, requireRemark, requireSource, requireWording } from './friend-texts';
import { NO_DETAILS, type RelationDetails } from './relation-effects';
import type { RelationCalls } from './relation-calls';

export interface AddFriend {
  userID: string;
  friendRemark?: string | null | undefined;
  friendGroup?: string | null | undefined;
  addWording?: string | null | undefined;
  addSource?: string | null | undefined;
  addType: 'SINGLE' | 'BOTH';
}

export interface ImportFriend {
  userID: string;
  friendRemark?: string | null | undefined;
  friendGroups?: readonly string[] | null | undefined;
  addSource?: string | null | undefined;
  addWording?: string | null | undefined;
  addTime?: Date | null | undefined;
  friendCustomInfo?: readonly CustomFieldValue[] | null | undefined;
}

export interface FriendNotes {
  userID: string;
  friendRemark?: string | null | undefined;
  friendCustomInfo?: readonly CustomFieldValue[] | null | undefined;
}

/** Names the list in its cursors. */
const LIST = 'friends';

/** The viewer's friend list. Everything here is the viewer's own; nobody else can read or write it. */
export class FriendService {
  constructor(
    private readonly database: Database,
    private readonly friends: FriendRepository,
    private readonly relations: RelationCalls,
    private readonly log: EventLog,
    private readonly limits: Limits,
  ) {}

  /**
   * One answer per id asked, in the order asked; profiles that are wished for and can be are read by the same statement.
   */
  async loadFriendsInfo(
    viewer: Viewer,
    userIDs: readonly string[],
    { profiles, details }: Wishes,
  ): Promise<FriendInfoResult[]> {
    const list = requireIdList('userIDs', userIDs, this.limits.idsPerCall);
    const take = profiles?.beginRead('anybody') ?? null;
    const relationships = await this.friends.loadRelationships(
      viewer.userID,
      list.valid,
      this.database.reader,
      { profiles: take !== null, details },
    );
    const results = new Map<string, FriendInfoResult>();
    for (const found of relationships.values()) {
      take?.({ userID: found.userID, user: found.user, isFriend: found.iHave });
      results.set(found.userID, toInfoResult(found));
    }
    return list.answer(invalidInfoResult, results);
  }

  /**
   * Newest friendship first. `groupName` narrows to one group; none of that name is an empty list. Profiles that are
   * wished for are read by the same statement.
   */
  async loadPage(
    viewer: Viewer,
    input: PageInput,
    groupName: string | null | undefined,
    { profiles, details }: Wishes,
  ): Promise<FriendConnection> {
    const page = requirePage(LIST, input, this.limits.pageSize);
    const group = toGroupFilter(groupName);
    if (group === null)
      return { ...toPage(LIST, page, [], toFriendKey, toNode, false), countAll: () => Promise.resolve(0) };
    const take = profiles?.beginRead('friends') ?? null;
    const rows = await this.friends.loadPage(viewer.userID, group, page, {
      profiles: take !== null,
      details,
    });
    for (const { info, user } of rows) take?.({ userID: info.userID, user, isFriend: true });
    const hasPrevious = await this.friends.hasBefore(viewer.userID, group, page);
    const { edges, nodes, pageInfo } = toPage(LIST, page, rows, toFriendKey, toNode, hasPrevious);
    return { edges, nodes, pageInfo, countAll: () => this.friends.count(viewer.userID, group) };
  }

  /** One answer per id asked, in the order asked. SINGLE looks at the viewer's own list only. */
  async check(
    viewer: Viewer,
    userIDs: readonly string[],
    checkType: 'SINGLE' | 'BOTH',
  ): Promise<(ItemResult & Pick<FriendInfoResult, 'relation'>)[]> {
    const results = await this.loadFriendsInfo(viewer, userIDs, { profiles: null, details: false });
    if (checkType === 'BOTH') return results;
    return results.map((result) => {
      const iHave = result.relation === 'BOTH_WAY' || result.relation === 'IN_MY_FRIEND_LIST';
      return { ...result, relation: toRelation(iHave, false) };
    });
  }

  /** Adds a friend or asks for it, by the table of the rules. */
  async add(viewer: Viewer, input: AddFriend): Promise<ItemResult> {
    const { userID, friendGroup } = input;
    const groups =
      friendGroup === null || friendGroup === undefined || friendGroup === '' ? [] : [friendGroup];
    const details: RelationDetails = {
      ...NO_DETAILS,
      remark: requireRemark(input.friendRemark, this.limits),
      addWording: requireWording(input.addWording, this.limits),
      addSource: requireSource(input.addSource),
      groups,
    };
    if (!isUserID(userID)) return toItemResult(userID, 'INVALID_PARAMETERS');
    if (!groups.every((name) => isGroupName(name, this.limits))) {
      return toItemResult(userID, 'INVALID_PARAMETERS', this.groupNameProblem());
    }
    const both = input.addType === 'BOTH';
    const [result] = await this.relations.change(viewer, [
      { me: viewer.userID, they: userID, action: { kind: 'ADD', both }, details },
    ]);
    return toItemResult(userID, result ?? 'INVALID_PARAMETERS');
  }

  /** One answer per id given, in the order given; all in one transaction. */
  async remove(
    viewer: Viewer,
    userIDs: readonly string[],
    deleteType: 'SINGLE' | 'BOTH',
  ): Promise<ItemResult[]> {
    const list = requireIdList('userIDs', userIDs, this.limits.idsPerCall);
    const action = { kind: 'DELETE', both: deleteType === 'BOTH' } as const;
    const codes = await this.relations.change(
      viewer,
      list.valid.map((they) => ({ me: viewer.userID, they, action, details: NO_DETAILS })),
    );
    return list.answerCodes(codes);
  }

  /** Writes the viewer's notes on a friend; the answer shows the entry as it then is. */
  async setNotes(viewer: Viewer, notes: FriendNotes): Promise<FriendInfoResult> {
    const { userID } = notes;
    const remark = requireRemark(notes.friendRemark, this.limits);
    requireCustomFields('friendCustomInfo', notes.friendCustomInfo ?? [], this.limits);
    if (!isUserID(userID)) return invalidInfoResult(userID);
    return this.database.transaction(async (tx) => {
      // The friend as a second safeguard: whoever takes the entry away holds the viewer, too.
      await this.log.lockFor(tx, viewer.userID, [userID]);
      const found = (await this.friends.loadRelationships(viewer.userID, [userID], tx)).get(userID);
      if (found === undefined || !found.iHave) {
        const { relation, friendInfo } =
          found === undefined ? invalidInfoResult(userID) : toInfoResult(found);
        return { ...toItemResult(userID, 'NOT_FRIENDS'), relation, friendInfo };
      }
      const { info } = found;
      const before = info.friendCustomInfo ?? [];
      const after: FriendInfo = {
        ...info,
        friendRemark: typeof notes.friendRemark === 'string' ? remark : info.friendRemark,
        friendCustomInfo: mergeCustomFields(before, notes.friendCustomInfo ?? [], this.limits),
      };
      if (JSON.stringify(after) !== JSON.stringify(info)) {
        await this.friends.updateNotes(
          tx,
          viewer.userID,
          userID,
          after.friendRemark ?? '',
          after.friendCustomInfo ?? [],
        );
        await this.log.append(tx, [
          { userID: viewer.userID, type: 'FRIEND_INFO_CHANGED', payload: { userIDs: [userID] } },
        ]);
      }
      return toInfoResult({ ...found, info: after });
    });
  }

  /** Administrators only. One-way entries in the list of `ownerID`; one answer per friend given, in order. */
  async importFriends(
    viewer: Viewer,
    ownerID: string,
    friends: readonly ImportFriend[],
  ): Promise<ItemResult[]> {
    requireAdmin(viewer);
    requireCount('friends', friends.length, this.limits.friendsPerImport);
    if (!isUserID(ownerID)) throw badInput('"userID" cannot be a user id.', { argument: 'userID' });
    // The same id twice counts once: the first entry decides, also when it is not valid.
    const first = new Map<string, RelationDetails | null>();
    for (const friend of friends) {
      const details = this.toDetails(friend);
      if (!first.has(friend.userID)) first.set(friend.userID, isUserID(friend.userID) ? details : null);
    }
    const entries = [...first].filter((entry): entry is [string, RelationDetails] => entry[1] !== null);
    const action = { kind: 'IMPORT', both: false } as const;
    const codes = await this.relations.change(
      viewer,
      entries.map(([they, details]) => ({ me: ownerID, they, action, details })),
    );
    const results = new Map(entries.map(([they], index) => [they, codes[index]]));
    return friends.map(({ userID }) => toItemResult(userID, results.get(userID) ?? 'INVALID_PARAMETERS'));
  }

  private toDetails(friend: ImportFriend): RelationDetails | null {
    const customInfo = friend.friendCustomInfo ?? [];
    requireCustomFields('friendCustomInfo', customInfo, this.limits);
    const groups = [...new Set(friend.friendGroups ?? [])];
    const details: RelationDetails = {
      remark: requireRemark(friend.friendRemark, this.limits),
      addSource: requireSource(friend.addSource),
      addWording: requireWording(friend.addWording, this.limits),
      groups,
      customInfo: mergeCustomFields([], customInfo, this.limits),
      addTimeMs: requireAddTime(friend.addTime)?.getTime() ?? null,
    };
    return groups.every((name) => isGroupName(name, this.limits)) ? details : null;
  }

  private groupNameProblem(): string {
    return `A group name must have 1 to ${this.limits.groupNameBytes} bytes of UTF-8.`;
  }
}

/** Throws BAD_USER_INPUT for a time that its offset moves out of the years that a `DateTime` can show. */
function requireAddTime(addTime: Date | null | undefined): Date | null {
  if (addTime === null || addTime === undefined) return null;
  if (hasIsoTime(addTime)) return addTime;
  throw badInput('"addTime" must lie in the years 0000 to 9999, in UTC.', { field: 'addTime' });
}

/** Empty for the whole list, null for a group that cannot exist. */
function toGroupFilter(groupName: string | null | undefined): string | null {
  if (groupName === null || groupName === undefined) return '';
  return mayNameGroup(groupName) ? groupName : null;
}

function toNode({ info }: ListedFriend): FriendInfo {
  return info;
}

function toInfoResult({ userID, theyExist, iHave, theyHave, info }: Relationship): FriendInfoResult {
  // Not spread: that takes longer than all the rest of an item.
  const { resultCode, code, resultInfo } = toItemResult(userID, theyExist ? 'OK' : 'USER_NOT_FOUND');
  const relation = toRelation(iHave, theyHave);
  return { userID, resultCode, code, resultInfo, relation, friendInfo: theyExist ? info : null };
}

function invalidInfoResult(userID: string): FriendInfoResult {
  return { ...toItemResult(userID, 'INVALID_PARAMETERS'), relation: 'NONE', friendInfo: null };
}
