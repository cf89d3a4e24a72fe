/** The part of Amicus' API that is measured, for the GraphQL servers. */
export const TYPE_DEFS = `
enum Gender { UNKNOWN MALE FEMALE }
enum FriendRelationType { NONE BOTH_WAY IN_MY_FRIEND_LIST IN_OTHER_FRIEND_LIST }
enum FriendType { SINGLE BOTH }
enum ResultCode {
  OK USER_NOT_FOUND ALREADY_FRIENDS NOT_FRIENDS BLOCKED_BY_ME BLOCKED_BY_PEER FRIEND_LIMIT PEER_FRIEND_LIMIT
  PEER_DENIES_ALL
}
type User {
  id: ID! nickName: String! faceUrl: String! selfSignature: String! gender: Gender! level: Int!
}
type UserInfoResult { userID: ID! resultCode: ResultCode! user: User }
type FriendInfo { userID: ID! user: User friendRemark: String friendAddTime: String }
type FriendInfoResult {
  userID: ID! resultCode: ResultCode! relation: FriendRelationType! friendInfo: FriendInfo
}
type FriendOperationResult { userID: ID! resultCode: ResultCode! }
type PageInfo { hasNextPage: Boolean! endCursor: String }
type FriendConnection { nodes: [FriendInfo!]! pageInfo: PageInfo! totalCount: Int! }
input AddFriendInput { userID: ID! addType: FriendType! }
input SetFriendInfoInput { userID: ID! friendRemark: String }
input SetSelfInfoInput { level: Int }
type Query {
  usersInfo(userIDs: [ID!]!): [UserInfoResult!]!
  friendsInfo(userIDs: [ID!]!): [FriendInfoResult!]!
  friendList(first: Int): FriendConnection!
}
type Mutation {
  addFriend(input: AddFriendInput!): FriendOperationResult!
  deleteFromFriendList(userIDs: [ID!]!, deleteType: FriendType!): [FriendOperationResult!]!
  setFriendInfo(input: SetFriendInfoInput!): FriendInfoResult!
  setSelfInfo(input: SetSelfInfoInput!): User!
}
`;
