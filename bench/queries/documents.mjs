/** What the clients send, by the name of the operation. */
export const DOCUMENTS = {
  UsersInfo: `query UsersInfo($userIDs: [ID!]!) {
  usersInfo(userIDs: $userIDs) { userID resultCode user { id nickName faceUrl selfSignature gender } }
}`,
  FriendPage: `query FriendPage($first: Int) {
  friendList(first: $first) {
    nodes { userID friendRemark friendAddTime user { id nickName faceUrl selfSignature gender } }
    pageInfo { hasNextPage endCursor }
  }
}`,
  FriendsInfo: `query FriendsInfo($userIDs: [ID!]!) {
  friendsInfo(userIDs: $userIDs) {
    userID resultCode relation
    friendInfo { friendRemark friendAddTime user { id nickName faceUrl selfSignature gender } }
  }
}`,
  AddFriend: `mutation AddFriend($userID: ID!) {
  addFriend(input: { userID: $userID, addType: BOTH }) { userID resultCode }
}`,
  DeleteFriend: `mutation DeleteFriend($userIDs: [ID!]!) {
  deleteFromFriendList(userIDs: $userIDs, deleteType: BOTH) { userID resultCode }
}`,
  GetLinkList: `query GetLinkList($first: Int) {
  friendList(first: $first) { nodes { userID friendRemark friendAddTime } pageInfo { hasNextPage endCursor } }
}`,
  CountLinks: `query CountLinks { friendList(first: 0) { totalCount } }`,
  MultigetLinks: `query MultigetLinks($userIDs: [ID!]!) {
  friendsInfo(userIDs: $userIDs) { userID relation friendInfo { friendRemark friendAddTime } }
}`,
  AddLink: `mutation AddLink($userID: ID!) {
  addFriend(input: { userID: $userID, addType: SINGLE }) { userID resultCode }
}`,
  DeleteLink: `mutation DeleteLink($userIDs: [ID!]!) {
  deleteFromFriendList(userIDs: $userIDs, deleteType: SINGLE) { userID resultCode }
}`,
  UpdateLink: `mutation UpdateLink($userID: ID!, $remark: String!) {
  setFriendInfo(input: { userID: $userID, friendRemark: $remark }) { userID resultCode }
}`,
  UpdateNode: `mutation UpdateNode($level: Int!) { setSelfInfo(input: { level: $level }) { id level } }`,
};

/** @typedef {keyof typeof DOCUMENTS} OperationName */
