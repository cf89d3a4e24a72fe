import type { AllowType } from './steps';

/** Everything that one user's lists show, newest entry first, groups by name. */
export interface Lists {
  nick: string;
  allowType: AllowType;
  friends: {
    userID: string;
    nick: string;
    remark: string;
    source: string;
    wording: string;
    custom: string;
    groups: string[];
  }[];
  sent: { userID: string; source: string; wording: string }[];
  received: { userID: string; source: string; wording: string; read: boolean }[];
  unread: number;
  blocks: string[];
  groups: { name: string; members: string[] }[];
  /** How the user stands to each of those that were asked about. */
  relations: Record<string, string>;
}

/** The one custom field that histories write. */
export const CUSTOM_KEY = 'note';

export const LISTS = `query ($others: [ID!]!) {
  me { nickName allowType }
  friendList(first: 500) { totalCount nodes {
    userID friendRemark addSource addWording friendGroups friendCustomInfo { key value } user { nickName }
  } }
  sent: friendApplicationList(first: 500, type: SEND_OUT) { totalCount nodes { userID addSource addWording readAt } }
  received: friendApplicationList(first: 500, type: COME_IN) {
    totalCount unreadCount nodes { userID addSource addWording readAt }
  }
  blockList(first: 500) { totalCount nodes { userID } }
  friendGroups { name friendCount friends(first: 500) { totalCount nodes { userID } } }
  friendsInfo(userIDs: $others) { userID relation }
}`;

interface Listed<Node> {
  totalCount: number;
  nodes: Node[];
}

interface ApplicationNode {
  userID: string;
  addSource: string;
  addWording: string;
  readAt: string | null;
}

export interface ListsAnswer {
  me: { nickName: string; allowType: AllowType };
  friendList: Listed<{
    userID: string;
    friendRemark: string;
    addSource: string;
    addWording: string;
    friendGroups: string[];
    friendCustomInfo: { key: string; value: string }[];
    user: { nickName: string } | null;
  }>;
  sent: Listed<ApplicationNode>;
  received: Listed<ApplicationNode> & { unreadCount: number };
  blockList: Listed<{ userID: string }>;
  friendGroups: { name: string; friendCount: number; friends: Listed<{ userID: string }> }[];
  friendsInfo: { userID: string; relation: string }[];
}

export function toLists(answer: ListsAnswer): Lists {
  const { me, friendList, sent, received, blockList, friendGroups, friendsInfo } = answer;
  const toRequest = ({ userID, addSource, addWording }: ApplicationNode): Lists['sent'][number] => ({
    userID,
    source: addSource,
    wording: addWording,
  });
  return {
    nick: me.nickName,
    allowType: me.allowType,
    friends: friendList.nodes.map((node) => ({
      userID: node.userID,
      nick: node.user?.nickName ?? 'NO USER',
      remark: node.friendRemark,
      source: node.addSource,
      wording: node.addWording,
      custom: node.friendCustomInfo.find(({ key }) => key === CUSTOM_KEY)?.value ?? '',
      groups: node.friendGroups,
    })),
    sent: sent.nodes.map(toRequest),
    received: received.nodes.map((node) => ({ ...toRequest(node), read: node.readAt !== null })),
    unread: received.unreadCount,
    blocks: blockList.nodes.map(({ userID }) => userID),
    groups: friendGroups.map(({ name, friends }) => ({
      name,
      members: friends.nodes.map(({ userID }) => userID),
    })),
    relations: Object.fromEntries(friendsInfo.map(({ userID, relation }) => [userID, relation])),
  };
}

/** What the counts of an answer say beside its lists; empty when they agree. Only true of lists at rest. */
export function findCountProblems({
  friendList,
  sent,
  received,
  blockList,
  friendGroups,
}: ListsAnswer): string[] {
  const counted = [friendList, sent, received, blockList, ...friendGroups.map(({ friends }) => friends)];
  const problems = counted
    .filter(({ totalCount, nodes }) => totalCount !== nodes.length)
    .map(({ totalCount, nodes }) => `totalCount ${totalCount} of a list of ${nodes.length}`);
  for (const { name, friendCount, friends } of friendGroups) {
    if (friendCount !== friends.totalCount) problems.push(`friendCount ${friendCount} of "${name}"`);
  }
  if (sent.nodes.some(({ readAt }) => readAt === null)) problems.push('a sent request is unread');
  return problems;
}
