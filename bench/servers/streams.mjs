import { STAR } from '../document.mjs';

/**
 * What the peers have in place of Amicus' database: one user's profile, and a position per listener. Everything is in
 * memory and nothing is kept, which is to their advantage.
 */
export const TYPE_DEFS = `
  scalar DateTime
  enum FriendshipEventType { STREAM_OPENED FRIEND_INFO_CHANGED }
  type User { id: ID! nickName: String! faceUrl: String! selfSignature: String! updatedAt: DateTime! }
  type FriendInfo { userID: ID! user: User friendRemark: String }
  interface FriendshipEvent { seq: Int! cursor: String! type: FriendshipEventType! occurredAt: DateTime! }
  type StreamOpened implements FriendshipEvent {
    seq: Int! cursor: String! type: FriendshipEventType! occurredAt: DateTime! recovered: Boolean!
  }
  type FriendInfoChanged implements FriendshipEvent {
    seq: Int! cursor: String! type: FriendshipEventType! occurredAt: DateTime! friends: [FriendInfo!]!
  }
  type Query { me: User! }
  type Subscription { friendshipEvents(after: String): FriendshipEvent! }
`;

const users = new Map();
/** Every user's stream begins with the friendship itself, as in Amicus. */
const seqs = new Map();

export function change(nickName) {
  const updatedAt = new Date().toISOString();
  users.set(STAR, { id: STAR, nickName, faceUrl: '', selfSignature: '', updatedAt });
  for (const [userID, seq] of seqs) seqs.set(userID, seq + 1);
}

export function toOpened(userID) {
  if (!seqs.has(userID)) seqs.set(userID, 1);
  return { __typename: 'StreamOpened', type: 'STREAM_OPENED', ...toPlace(userID), recovered: true };
}

export function toChanged(userID) {
  const friends = [{ userID: STAR, friendRemark: '', user: users.get(STAR) }];
  return { __typename: 'FriendInfoChanged', type: 'FRIEND_INFO_CHANGED', ...toPlace(userID), friends };
}

function toPlace(userID) {
  const seq = seqs.get(userID);
  const cursor = Buffer.from(`0123456789ab ${seq} ${userID}`).toString('base64url');
  return { seq, cursor, occurredAt: new Date().toISOString() };
}
