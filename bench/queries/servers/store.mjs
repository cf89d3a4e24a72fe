import { createStatements } from './statements.mjs';
import { connectPostgres } from './postgres-connection.mjs';
import { connectSqlite } from './sqlite-connection.mjs';
import { StrangerCopies } from './stranger-copies.mjs';
import { addFriend, deleteFriends } from './writes.mjs';

/** The data by hand-written SQL: what the raw server answers from, and what is under Mercurius and Yoga. */
export async function openStore(url) {
  const connection = url.startsWith('sqlite:') ? await connectSqlite(url) : connectPostgres(url);
  const { engine, toList, all } = connection;
  const sql = createStatements(engine);
  const copies = new StrangerCopies();
  return {
    /** A row per user that exists, by id. Strangers' are at most ten minutes old for the viewer. */
    async loadProfilesAsSeen(viewerID, userIDs) {
      const found = new Map();
      const missing = [];
      for (const userID of userIDs) {
        const user = copies.find(viewerID, userID);
        if (user === null) missing.push(userID);
        else found.set(userID, user);
      }
      if (missing.length === 0) return found;
      for (const user of await all(sql.profilesAsSeen, [toList(missing), viewerID])) {
        found.set(user.id, user);
        if (!user.isFriend) copies.keep(viewerID, user);
      }
      return found;
    },

    /** A row per user that exists, by id. */
    async loadProfiles(userIDs) {
      const users = await all(sql.profiles, [toList(userIDs)]);
      return new Map(users.map((user) => [user.id, user]));
    },

    /** Newest first; with a row more than the page if there is a next one. */
    loadPage: (viewerID, first, withProfiles = false) =>
      all(withProfiles ? sql.pageWithProfiles : sql.page, [viewerID, first + 1]),

    /** A row per user asked, by id. */
    async loadRelationships(viewerID, userIDs, withProfiles = false) {
      const text = withProfiles ? sql.relationshipsWithProfiles : sql.relationships;
      const rows = await all(text, [viewerID, toList(userIDs)]);
      return new Map(rows.map((row) => [row.userID, row]));
    },

    async countFriends(viewerID) {
      const [{ count }] = await all(sql.count, [viewerID]);
      return Number(count);
    },

    addFriend: (viewerID, userID, addType) => addFriend(connection, sql, viewerID, userID, addType),
    deleteFriends: (viewerID, userIDs, deleteType) =>
      deleteFriends(connection, sql, viewerID, userIDs, deleteType),

    /** Whether the user is in the list. */
    setRemark: async (viewerID, userID, remark) =>
      (await all(sql.setRemark, [viewerID, userID, remark])).length > 0,

    setLevel: (viewerID, level) => all(sql.setLevel, [viewerID, level, Date.now()]),
  };
}
