import type { Lists } from './lists';
import type { ReceivedEvent } from './listener';

/** A client's own copy of its lists, kept by nothing but events. */
export interface Copy {
  nick: string;
  friends: Map<string, { nick: string; remark: string; custom: string }>;
  sent: Map<string, { source: string; wording: string }>;
  received: Map<string, { source: string; wording: string; read: boolean }>;
  blocks: Set<string>;
  groups: Map<string, Set<string>>;
}

interface FriendNode {
  userID: string;
  /** Null for one who is not in the list any more when the event is delivered. */
  friendRemark: string | null;
  friendCustomInfo: { value: string }[] | null;
  user: { nickName: string } | null;
}

interface ApplicationNode {
  userID: string;
  type: 'COME_IN' | 'SEND_OUT';
  addSource: string;
  addWording: string;
  readAt: string | null;
}

/** The copy of somebody who has just been created. */
export function createCopy(): Copy {
  return {
    nick: '',
    friends: new Map(),
    sent: new Map(),
    received: new Map(),
    blocks: new Set(),
    groups: new Map(),
  };
}

export function toCopy(lists: Lists): Copy {
  return {
    nick: lists.nick,
    friends: new Map(
      lists.friends.map(({ userID, nick, remark, custom }) => [userID, { nick, remark, custom }]),
    ),
    sent: new Map(lists.sent.map(({ userID, ...words }) => [userID, words])),
    received: new Map(lists.received.map(({ userID, ...words }) => [userID, words])),
    blocks: new Set(lists.blocks),
    groups: new Map(lists.groups.map(({ name, members }) => [name, new Set(members)])),
  };
}

/**
 * Applies one event as a client does. The lists may be newer than the event, as they were read after the position was:
 * so every event says what is true since, never what to do to what was there before.
 */
export function applyEvent(copy: Copy, event: ReceivedEvent): void {
  const userIDs = (event['userIDs'] ?? []) as string[];
  const groupName = event['groupName'] as string;
  switch (event.type) {
    case 'SELF_INFO_UPDATED':
      copy.nick = (event['user'] as { nickName: string }).nickName;
      return;
    case 'FRIEND_INFO_CHANGED':
    case 'FRIEND_LIST_ADDED':
      for (const node of event['friends'] as FriendNode[]) putFriend(copy, node, event.type);
      return;
    case 'FRIEND_LIST_DELETED':
      for (const userID of userIDs) {
        copy.friends.delete(userID);
        for (const members of copy.groups.values()) members.delete(userID);
      }
      return;
    case 'FRIEND_APPLICATION_LIST_ADDED':
      for (const { userID, type, addSource, addWording, readAt } of event[
        'applications'
      ] as ApplicationNode[]) {
        const words = { source: addSource, wording: addWording };
        if (type === 'SEND_OUT') copy.sent.set(userID, words);
        else copy.received.set(userID, { ...words, read: readAt !== null });
      }
      return;
    case 'FRIEND_APPLICATION_LIST_DELETED': {
      const list = event['applicationType'] === 'SEND_OUT' ? copy.sent : copy.received;
      for (const userID of userIDs) list.delete(userID);
      return;
    }
    case 'FRIEND_APPLICATION_LIST_READ':
      for (const userID of userIDs) {
        const request = copy.received.get(userID);
        if (request !== undefined) request.read = true;
      }
      return;
    case 'BLOCK_LIST_ADDED':
      for (const { userID } of event['blockedUsers'] as { userID: string }[]) copy.blocks.add(userID);
      return;
    case 'BLOCK_LIST_DELETED':
      for (const userID of userIDs) copy.blocks.delete(userID);
      return;
    case 'FRIEND_GROUP_CREATED':
      copy.groups.set(groupName, new Set(userIDs));
      return;
    case 'FRIEND_GROUP_DELETED':
      for (const name of event['groupNames'] as string[]) copy.groups.delete(name);
      return;
    case 'FRIEND_GROUP_RENAMED':
      copy.groups.delete(event['oldName'] as string);
      copy.groups.set(event['newName'] as string, new Set(userIDs));
      return;
    case 'FRIENDS_ADDED_TO_GROUP':
      for (const userID of userIDs) copy.groups.get(groupName)?.add(userID);
      return;
    case 'FRIENDS_DELETED_FROM_GROUP':
      for (const userID of userIDs) copy.groups.get(groupName)?.delete(userID);
      return;
    default:
      throw new Error(`An event that no client knows: ${event.type}`);
  }
}

/** An entry is delivered as it is now. A change of one who is not in the copy is of a friend who is gone again. */
function putFriend({ friends }: Copy, node: FriendNode, type: string): void {
  if (type === 'FRIEND_INFO_CHANGED' && !friends.has(node.userID)) return;
  friends.set(node.userID, {
    nick: node.user?.nickName ?? 'NO USER',
    remark: node.friendRemark ?? 'NO ENTRY',
    custom: node.friendCustomInfo?.[0]?.value ?? '',
  });
}

/** The copy in one order, to be compared. */
export function toComparable(copy: Copy): unknown {
  const sort = <Value>(map: Map<string, Value>): [string, Value][] =>
    [...map].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    nick: copy.nick,
    friends: sort(copy.friends),
    sent: sort(copy.sent),
    received: sort(copy.received),
    blocks: [...copy.blocks].sort(),
    groups: sort(copy.groups).map(([name, members]) => [name, [...members].sort()]),
  };
}
