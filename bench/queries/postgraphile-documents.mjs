import { toRelation } from './servers/answers.mjs';

/**
 * The reads in the words of the schema that PostGraphile makes from the tables. It answers in no order and leaves out
 * whom it does not find. Its mutations change rows and know no rules: writes are left out.
 */
const USER = '{ rowId nickName faceUrl selfSignature gender }';
const USERS = `allUsers(filter: { rowId: { in: $userIDs } }) { nodes ${USER} }`;

const DOCUMENTS = {
  UsersInfo: `query UsersInfo($userIDs: [String!]!) {
  ${USERS}
}`,
  FriendsInfo: `query FriendsInfo($viewer: String!, $userIDs: [String!]!) {
  ${USERS}
  mine: allFriends(filter: { ownerId: { equalTo: $viewer }, friendId: { in: $userIDs } }) {
    nodes { friendId remark createdAt }
  }
  theirs: allFriends(filter: { ownerId: { in: $userIDs }, friendId: { equalTo: $viewer } }) { nodes { ownerId } }
}`,
  FriendPage: `query FriendPage($viewer: String!, $first: Int) {
  allFriends(condition: { ownerId: $viewer }, orderBy: [CREATED_AT_DESC, FRIEND_ID_DESC], first: $first) {
    nodes { friendId remark createdAt userByFriendId ${USER} }
    pageInfo { hasNextPage endCursor }
  }
}`,
};

/** Whether every call of the operation can be put to PostGraphile. */
export const isForPostgraphile = ({ kind }) => kind !== 'write';

export function toPostgraphileBody({ name, variables, viewer }) {
  const given = name === 'UsersInfo' ? variables : { ...variables, viewer: viewer.userID };
  return { operationName: name, query: DOCUMENTS[name], variables: given };
}

/** The answer in the words of Amicus' schema. */
export function fromPostgraphile(name, variables, data) {
  return toAnswer[name](variables, data);
}

const toAnswer = {
  UsersInfo: ({ userIDs }, { allUsers }) => {
    const users = toMap(allUsers, 'rowId');
    return {
      usersInfo: userIDs.map((userID) => ({ userID, resultCode: 'OK', user: toUser(users.get(userID)) })),
    };
  },
  FriendsInfo: ({ userIDs }, { allUsers, mine, theirs }) => {
    const [users, edges, owners] = [
      toMap(allUsers, 'rowId'),
      toMap(mine, 'friendId'),
      toMap(theirs, 'ownerId'),
    ];
    const friendsInfo = userIDs.map((userID) => ({
      userID,
      resultCode: 'OK',
      relation: toRelation(edges.has(userID), owners.has(userID)),
      friendInfo: { ...toNotes(edges.get(userID)), user: toUser(users.get(userID)) },
    }));
    return { friendsInfo };
  },
  FriendPage: (_variables, { allFriends: { nodes, pageInfo } }) => ({
    friendList: {
      nodes: nodes.map((edge) => ({
        userID: edge.friendId,
        ...toNotes(edge),
        user: toUser(edge.userByFriendId),
      })),
      pageInfo,
    },
  }),
};

const toMap = ({ nodes }, key) => new Map(nodes.map((node) => [node[key], node]));

const toUser = ({ rowId, ...rest }) => ({ id: rowId, ...rest });

const toNotes = (edge) => ({
  friendRemark: edge?.remark ?? null,
  friendAddTime: edge === undefined ? null : new Date(Number(edge.createdAt)).toISOString(),
});
