/** What an app listens with. */
export const LISTEN = `subscription Listen($after: String) {
  friendshipEvents(after: $after) {
    __typename seq cursor type occurredAt
    ... on StreamOpened { recovered }
    ... on FriendInfoChanged {
      friends { userID friendRemark user { id nickName faceUrl selfSignature updatedAt } }
    }
  }
}`;

export const POSITION = '{ friendshipEventPosition }';

export const CHANGE = `mutation ($nick: String!) { setSelfInfo(input: { nickName: $nick }) { id nickName updatedAt } }`;

/** Whose profile changes, and who is in the friend list of every listener. */
export const STAR = 'star';

export const toUserID = (index) => `listener-${String(index).padStart(5, '0')}`;

/** Nick names of one length, each of which shows which change it comes from. */
export const toNick = (change) => `Star ${String(change).padStart(6, '0')}`;
