/** The limit: `node:http`, one statement by hand for each question, and `JSON.stringify`. */
import { createServer } from 'node:http';
import { toNotes, toPageInfo, toRelation, toUser } from './answers.mjs';
import { databaseUrl, listen } from './listen.mjs';
import { openStore } from './store.mjs';

const store = await openStore(databaseUrl);

const toOutcomes = (userIDs, deleted) =>
  userIDs.map((userID) => ({ userID, resultCode: deleted.has(userID) ? 'OK' : 'NOT_FRIENDS' }));

const answers = {
  UsersInfo: async (viewerID, { userIDs }) => {
    const users = await store.loadProfilesAsSeen(viewerID, userIDs);
    const usersInfo = userIDs.map((userID) => {
      const user = users.get(userID);
      if (user === undefined) return { userID, resultCode: 'USER_NOT_FOUND', user: null };
      return { userID, resultCode: 'OK', user: toUser(user) };
    });
    return { usersInfo };
  },
  FriendPage: async (viewerID, { first }) => {
    const rows = await store.loadPage(viewerID, first, true);
    const nodes = rows.slice(0, first).map((row) => ({
      userID: row.friendID,
      ...toNotes(row),
      user: row.id === null ? null : toUser(row),
    }));
    return { friendList: { nodes, pageInfo: toPageInfo(rows, first) } };
  },
  FriendsInfo: async (viewerID, { userIDs }) => {
    const relationships = await store.loadRelationships(viewerID, userIDs, true);
    const friendsInfo = userIDs.map((userID) => {
      const row = relationships.get(userID);
      const resultCode = row.id === null ? 'USER_NOT_FOUND' : 'OK';
      const relation = toRelation(row.friendID !== null, row.theyHave);
      const friendInfo = row.id === null ? null : { ...toNotes(row), user: toUser(row) };
      return { userID, resultCode, relation, friendInfo };
    });
    return { friendsInfo };
  },
  GetLinkList: async (viewerID, { first }) => {
    const rows = await store.loadPage(viewerID, first);
    const nodes = rows.slice(0, first).map((row) => ({ userID: row.friendID, ...toNotes(row) }));
    return { friendList: { nodes, pageInfo: toPageInfo(rows, first) } };
  },
  CountLinks: async (viewerID) => ({ friendList: { totalCount: await store.countFriends(viewerID) } }),
  MultigetLinks: async (viewerID, { userIDs }) => {
    const relationships = await store.loadRelationships(viewerID, userIDs);
    const friendsInfo = userIDs.map((userID) => {
      const row = relationships.get(userID);
      return { userID, relation: toRelation(row.friendID !== null, row.theyHave), friendInfo: toNotes(row) };
    });
    return { friendsInfo };
  },
  AddFriend: async (viewerID, { userID }) => ({
    addFriend: { userID, resultCode: await store.addFriend(viewerID, userID, 'BOTH') },
  }),
  AddLink: async (viewerID, { userID }) => ({
    addFriend: { userID, resultCode: await store.addFriend(viewerID, userID, 'SINGLE') },
  }),
  DeleteFriend: async (viewerID, { userIDs }) => ({
    deleteFromFriendList: toOutcomes(userIDs, await store.deleteFriends(viewerID, userIDs, 'BOTH')),
  }),
  DeleteLink: async (viewerID, { userIDs }) => ({
    deleteFromFriendList: toOutcomes(userIDs, await store.deleteFriends(viewerID, userIDs, 'SINGLE')),
  }),
  UpdateLink: async (viewerID, { userID, remark }) => ({
    setFriendInfo: {
      userID,
      resultCode: (await store.setRemark(viewerID, userID, remark)) ? 'OK' : 'NOT_FRIENDS',
    },
  }),
  UpdateNode: async (viewerID, { level }) => {
    await store.setLevel(viewerID, level);
    return { setSelfInfo: { id: viewerID, level } };
  },
};

listen(
  createServer((request, response) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', async () => {
      const { operationName, variables } = JSON.parse(Buffer.concat(parts).toString());
      const data = await answers[operationName](request.headers['x-viewer'], variables);
      const body = Buffer.from(JSON.stringify({ data }));
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
      response.end(body);
    });
  }),
);
