import DataLoader from 'dataloader';
import { toStrangerInfo, type FriendInfo } from './friend-info';
import type { FriendGroupRepository } from './friend-group.repository';
import type { FriendRepository } from './friend.repository';

/** Gives the viewer's entry for a user, also for one who is not in the list. */
export type FriendInfoLoader = Pick<DataLoader<string, FriendInfo>, 'load'>;

/** Gives the names of the viewer's groups that a friend is in; null for a user who is not in the list. */
export type GroupNamesLoader = Pick<DataLoader<FriendInfo, string[] | null>, 'load'>;

// Both only join what is asked at the same time: a mutation may change the answer between two fields of one request.
const JOIN_ONLY = { cache: false };

/** `onFriend` is told of each that is in the list, before its entry is given. */
export function createFriendInfoLoader(
  friends: FriendRepository,
  viewerID: string,
  onFriend: (userID: string) => void,
): FriendInfoLoader {
  return new DataLoader(async (userIDs) => {
    const infos = await friends.loadInfos(viewerID, [...new Set(userIDs)]);
    for (const userID of infos.keys()) onFriend(userID);
    return userIDs.map((userID) => infos.get(userID) ?? toStrangerInfo(viewerID, userID));
  }, JOIN_ONLY);
}

export function createGroupNamesLoader(groups: FriendGroupRepository, viewerID: string): GroupNamesLoader {
  return new DataLoader(async (infos) => {
    const friends = infos.filter((info) => info.friendAddTime !== null);
    const names = await groups.loadGroupNames(
      viewerID,
      friends.map((info) => info.userID),
    );
    return infos.map((info) => (info.friendAddTime === null ? null : (names.get(info.userID) ?? [])));
  }, JOIN_ONLY);
}
