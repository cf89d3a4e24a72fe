/** From rows of the store to what the API shows; every object has its fields in the order of the documents. */

const toMoment = (createdAt) => new Date(Number(createdAt)).toISOString();

export const toUser = ({ id, nickName, faceUrl, selfSignature, gender }) => ({
  id,
  nickName,
  faceUrl,
  selfSignature,
  gender,
});

export function toRelation(iHave, theyHave) {
  if (iHave) return theyHave ? 'BOTH_WAY' : 'IN_MY_FRIEND_LIST';
  return theyHave ? 'IN_OTHER_FRIEND_LIST' : 'NONE';
}

export const toNotes = ({ friendID, remark, createdAt }) => ({
  friendRemark: friendID === null ? null : remark,
  friendAddTime: friendID === null ? null : toMoment(createdAt),
});

/** Any text that names the last row will do: clients do not look into cursors. */
export function toPageInfo(rows, first) {
  const last = rows[Math.min(rows.length, first) - 1];
  const endCursor =
    last === undefined
      ? null
      : Buffer.from(`["friends",${last.createdAt},"${last.friendID}"]`).toString('base64url');
  return { hasNextPage: rows.length > first, endCursor };
}
