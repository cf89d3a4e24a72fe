const FRIEND_LIMIT = 3000;

/** The part of Amicus' rules that can be met here, in one transaction; without events, and without requests. */
export function addFriend({ engine, transaction }, sql, viewerID, userID, addType) {
  return transaction(async (all) => {
    // SQLite has one writer at a time: its transaction is the lock.
    if (engine === 'postgres') await all(sql.lock, [viewerID, userID]);
    const [standing] = await all(sql.standing, [viewerID, userID]);
    const refusal = findRefusal(standing, addType);
    if (refusal !== null) return refusal;
    const nowMs = Date.now();
    await all(sql.addEdge, [viewerID, userID, nowMs]);
    if (addType === 'BOTH') await all(sql.addEdge, [userID, viewerID, nowMs]);
    return 'OK';
  });
}

/** Null when the viewer may. */
function findRefusal(standing, addType) {
  if (standing === undefined) return 'USER_NOT_FOUND';
  if (standing.iBlock) return 'BLOCKED_BY_ME';
  if (standing.theyBlock) return 'BLOCKED_BY_PEER';
  if (standing.iHave && (addType === 'SINGLE' || standing.theyHave)) return 'ALREADY_FRIENDS';
  if (standing.myCount >= FRIEND_LIMIT) return 'FRIEND_LIMIT';
  if (addType === 'BOTH' && standing.theirCount >= FRIEND_LIMIT) return 'PEER_FRIEND_LIMIT';
  return standing.allowType === 'ALLOW_ANY' ? null : 'PEER_DENIES_ALL';
}

/** Whom it took away from a list, by id. */
export function deleteFriends({ toList, transaction }, sql, viewerID, userIDs, deleteType) {
  return transaction(async (all) => {
    const mine = await all(sql.deleteEdges, [viewerID, toList(userIDs)]);
    const theirs =
      deleteType === 'BOTH' ? await all(sql.deleteReverseEdges, [viewerID, toList(userIDs)]) : [];
    return new Set([...mine.map(({ friendID }) => friendID), ...theirs.map(({ ownerID }) => ownerID)]);
  });
}
