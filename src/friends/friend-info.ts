import type { ItemResult } from '../errors';
import type { CustomFieldValue } from '../lib/custom-fields';
import type { Page, PageKey } from '../lib/page';
import type { ProfileLoader } from '../users/user.loaders';

export type FriendRelationType = 'NONE' | 'BOTH_WAY' | 'IN_MY_FRIEND_LIST' | 'IN_OTHER_FRIEND_LIST';

/** One user as the viewer's friend list has it. All but the ids is null for a user who is not in the list. */
export interface FriendInfo {
  id: string;
  userID: string;
  friendRemark: string | null;
  friendAddTime: Date | null;
  addSource: string | null;
  addWording: string | null;
  friendCustomInfo: readonly CustomFieldValue[] | null;
}

/** What else of entries is asked for, so that nothing else is read. */
export interface Wishes {
  /** Takes the profiles in that are read with the entries; null where they are not asked for. */
  profiles: ProfileLoader | null;
  /** Whether source, wording and custom fields are; otherwise they may be null for friends, too. */
  details: boolean;
}

export interface FriendInfoResult extends ItemResult {
  relation: FriendRelationType;
  /** Null when the user does not exist. */
  friendInfo: FriendInfo | null;
}

export interface FriendConnection extends Page<FriendInfo> {
  /** Counts the whole list, not the page. */
  countAll: () => Promise<number>;
}

/** A blank separates its parts: user ids have none, so it differs from every user's id and from every other entry's. */
export function toFriendInfoID(ownerID: string, userID: string): string {
  return `friend ${ownerID} ${userID}`;
}

/** Where an entry stands in its list. */
export function toFriendKey({ info }: { info: FriendInfo }): PageKey {
  return { atMs: info.friendAddTime?.getTime() ?? 0, id: info.userID };
}

/** The entry of `ownerID` for a user who is not in the list. */
export function toStrangerInfo(ownerID: string, userID: string): FriendInfo {
  return {
    id: toFriendInfoID(ownerID, userID),
    userID,
    friendRemark: null,
    friendAddTime: null,
    addSource: null,
    addWording: null,
    friendCustomInfo: null,
  };
}

export function toRelation(iHave: boolean, theyHave: boolean): FriendRelationType {
  if (iHave) return theyHave ? 'BOTH_WAY' : 'IN_MY_FRIEND_LIST';
  return theyHave ? 'IN_OTHER_FRIEND_LIST' : 'NONE';
}
