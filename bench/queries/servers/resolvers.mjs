import { toNotes, toPageInfo, toRelation } from './answers.mjs';

/** A resolver reads what the query asks for and no more: `user` and `totalCount` have resolvers of their own. */
export function createResolvers(store) {
  return {
    Query: {
      usersInfo: async (_root, { userIDs }, { viewerID }) => {
        const users = await store.loadProfilesAsSeen(viewerID, userIDs);
        return userIDs.map((userID) => {
          const user = users.get(userID) ?? null;
          return { userID, resultCode: user === null ? 'USER_NOT_FOUND' : 'OK', user };
        });
      },
      friendsInfo: async (_root, { userIDs }, { viewerID }) => {
        const relationships = await store.loadRelationships(viewerID, userIDs);
        return userIDs.map((userID) => {
          const row = relationships.get(userID);
          const relation = toRelation(row.friendID !== null, row.theyHave);
          return { userID, resultCode: 'OK', relation, friendInfo: { userID, ...toNotes(row) } };
        });
      },
      friendList: async (_root, { first }, { viewerID }) => {
        if (first === 0) return { nodes: [], viewerID };
        const rows = await store.loadPage(viewerID, first);
        const nodes = rows.slice(0, first).map((row) => ({ userID: row.friendID, ...toNotes(row) }));
        return { nodes, pageInfo: toPageInfo(rows, first), viewerID };
      },
    },
    FriendConnection: { totalCount: ({ viewerID }) => store.countFriends(viewerID) },
    Mutation: {
      addFriend: async (_root, { input: { userID, addType } }, { viewerID }) => ({
        userID,
        resultCode: await store.addFriend(viewerID, userID, addType),
      }),
      deleteFromFriendList: async (_root, { userIDs, deleteType }, { viewerID }) => {
        const deleted = await store.deleteFriends(viewerID, userIDs, deleteType);
        return userIDs.map((userID) => ({ userID, resultCode: deleted.has(userID) ? 'OK' : 'NOT_FRIENDS' }));
      },
      setFriendInfo: async (_root, { input: { userID, friendRemark } }, { viewerID }) => {
        const isFriend = await store.setRemark(viewerID, userID, friendRemark);
        return { userID, resultCode: isFriend ? 'OK' : 'NOT_FRIENDS' };
      },
      setSelfInfo: async (_root, { input: { level } }, { viewerID }) => {
        await store.setLevel(viewerID, level);
        return { id: viewerID, level };
      },
    },
  };
}
