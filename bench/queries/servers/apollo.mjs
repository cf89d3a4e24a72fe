/** Apollo Server by `startStandaloneServer`, with TypeORM's `find` and a DataLoader per request, as both document it. */
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import DataLoader from 'dataloader';
import { In } from 'typeorm';
import { toNotes, toPageInfo, toRelation } from './answers.mjs';
import { announce, databaseUrl } from './listen.mjs';
import { TYPE_DEFS } from './schema.mjs';
import { Friend, openDataSource, User } from './typeorm.mjs';

const dataSource = await openDataSource(databaseUrl);
const users = dataSource.getRepository(User);
const friends = dataSource.getRepository(Friend);

const resolvers = {
  Query: {
    usersInfo: (_root, { userIDs }, { profiles }) =>
      userIDs.map(async (userID) => {
        const user = await profiles.load(userID);
        return { userID, resultCode: user === null ? 'USER_NOT_FOUND' : 'OK', user };
      }),
    friendsInfo: async (_root, { userIDs }, { viewerID }) => {
      const [mine, theirs] = await Promise.all([
        friends.findBy({ ownerID: viewerID, friendID: In(userIDs) }),
        friends.findBy({ ownerID: In(userIDs), friendID: viewerID }),
      ]);
      const byFriend = new Map(mine.map((edge) => [edge.friendID, edge]));
      const owners = new Set(theirs.map((edge) => edge.ownerID));
      return userIDs.map((userID) => {
        const edge = byFriend.get(userID) ?? { friendID: null };
        const relation = toRelation(edge.friendID !== null, owners.has(userID));
        return { userID, resultCode: 'OK', relation, friendInfo: { userID, ...toNotes(edge) } };
      });
    },
    friendList: async (_root, { first }, { viewerID }) => {
      if (first === 0) return { nodes: [], viewerID };
      const rows = await friends.find({
        where: { ownerID: viewerID },
        order: { createdAt: 'DESC', friendID: 'DESC' },
        take: first + 1,
      });
      const nodes = rows.slice(0, first).map((row) => ({ userID: row.friendID, ...toNotes(row) }));
      return { nodes, pageInfo: toPageInfo(rows, first), viewerID };
    },
  },
  FriendInfo: { user: ({ userID }, _args, { profiles }) => profiles.load(userID) },
  FriendConnection: { totalCount: ({ viewerID }) => friends.countBy({ ownerID: viewerID }) },
  Mutation: {
    addFriend: async (_root, { input: { userID, addType } }, { viewerID }) => {
      const user = await users.findOneBy({ id: userID });
      if (user === null) return { userID, resultCode: 'USER_NOT_FOUND' };
      if (await friends.existsBy({ ownerID: viewerID, friendID: userID }))
        return { userID, resultCode: 'ALREADY_FRIENDS' };
      const notes = { remark: '', addSource: '', addWording: '', customInfo: '[]', createdAt: Date.now() };
      const mine = { ...notes, ownerID: viewerID, friendID: userID };
      const theirs = { ...notes, ownerID: userID, friendID: viewerID };
      // One statement, and so one transaction.
      await friends.insert(addType === 'BOTH' ? [mine, theirs] : [mine]);
      return { userID, resultCode: 'OK' };
    },
    deleteFromFriendList: async (_root, { userIDs, deleteType }, { viewerID }) => {
      const mine = { ownerID: viewerID, friendID: In(userIDs) };
      const theirs = { ownerID: In(userIDs), friendID: viewerID };
      const where = deleteType === 'BOTH' ? [mine, theirs] : [mine];
      const found = await friends.findBy(where);
      await friends.delete(where);
      const deleted = new Set(found.flatMap(({ ownerID, friendID }) => [ownerID, friendID]));
      return userIDs.map((userID) => ({ userID, resultCode: deleted.has(userID) ? 'OK' : 'NOT_FRIENDS' }));
    },
    setFriendInfo: async (_root, { input: { userID, friendRemark } }, { viewerID }) => {
      const { affected } = await friends.update(
        { ownerID: viewerID, friendID: userID },
        { remark: friendRemark },
      );
      return { userID, resultCode: affected === 1 ? 'OK' : 'NOT_FRIENDS' };
    },
    setSelfInfo: async (_root, { input: { level } }, { viewerID }) => {
      await users.update({ id: viewerID }, { level, updatedAt: Date.now() });
      return { id: viewerID, level };
    },
  },
};

const server = new ApolloServer({ typeDefs: TYPE_DEFS, resolvers });
const { url } = await startStandaloneServer(server, {
  listen: { port: 0, host: '127.0.0.1' },
  context: async ({ req }) => ({
    viewerID: req.headers['x-viewer'],
    profiles: new DataLoader(async (userIDs) => {
      const found = await users.findBy({ id: In([...userIDs]) });
      const byID = new Map(found.map((user) => [user.id, user]));
      return userIDs.map((userID) => byID.get(userID) ?? null);
    }),
  }),
});
announce(Number(new URL(url).port), '/');
