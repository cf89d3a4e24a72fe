/**
 * Hand-written SQL, one statement a question, with `$1`, `$2`, … for values. The words in which the engines differ are
 * how a list of ids is taken apart.
 */
const LISTS = {
  sqlite: (parameter) => `(SELECT value FROM json_each(${parameter}))`,
  postgres: (parameter) => `(SELECT unnest(${parameter}::text[]) AS value)`,
};

const PROFILE = `u.id, u.nick_name AS "nickName", u.face_url AS "faceUrl", u.self_signature AS "selfSignature", u.gender`;
const NOTES = `f.friend_id AS "friendID", f.remark, f.created_at AS "createdAt"`;

/** @param {'sqlite' | 'postgres'} engine */
export function createStatements(engine) {
  const list = LISTS[engine];
  const newest = `ORDER BY f.created_at DESC, f.friend_id DESC LIMIT $2`;
  const relationships = (columns, join) => `SELECT asked.value AS "userID", ${columns}
    ${NOTES}, t.owner_id IS NOT NULL AS "theyHave"
    FROM ${list('$2')} AS asked ${join}
    LEFT JOIN friend f ON f.owner_id = $1 AND f.friend_id = asked.value
    LEFT JOIN friend t ON t.owner_id = asked.value AND t.friend_id = $1`;
  return {
    profiles: `SELECT ${PROFILE} FROM "user" u WHERE u.id IN ${list('$1')}`,
    profilesAsSeen: `SELECT ${PROFILE}, EXISTS (SELECT 1 FROM friend f WHERE f.owner_id = $2 AND f.friend_id = u.id)
      AS "isFriend" FROM "user" u WHERE u.id IN ${list('$1')}`,
    page: `SELECT ${NOTES} FROM friend f WHERE f.owner_id = $1 ${newest}`,
    pageWithProfiles: `SELECT ${NOTES}, ${PROFILE} FROM friend f LEFT JOIN "user" u ON u.id = f.friend_id
      WHERE f.owner_id = $1 ${newest}`,
    relationships: relationships('', ''),
    relationshipsWithProfiles: relationships(`${PROFILE},`, 'LEFT JOIN "user" u ON u.id = asked.value'),
    count: `SELECT count(*) AS count FROM friend WHERE owner_id = $1`,
    lock: `SELECT id FROM "user" WHERE id IN ($1, $2) ORDER BY id FOR UPDATE`,
    standing: `SELECT u.allow_type AS "allowType",
        EXISTS (SELECT 1 FROM friend WHERE owner_id = $1 AND friend_id = $2) AS "iHave",
        EXISTS (SELECT 1 FROM friend WHERE owner_id = $2 AND friend_id = $1) AS "theyHave",
        EXISTS (SELECT 1 FROM block WHERE owner_id = $1 AND blocked_id = $2) AS "iBlock",
        EXISTS (SELECT 1 FROM block WHERE owner_id = $2 AND blocked_id = $1) AS "theyBlock",
        (SELECT count(*) FROM friend WHERE owner_id = $1) AS "myCount",
        (SELECT count(*) FROM friend WHERE owner_id = $2) AS "theirCount"
      FROM "user" u WHERE u.id = $2`,
    addEdge: `INSERT INTO friend (owner_id, friend_id, remark, add_source, add_wording, custom_info, created_at)
      VALUES ($1, $2, '', '', '', '[]', $3) ON CONFLICT (owner_id, friend_id) DO NOTHING`,
    deleteEdges: `DELETE FROM friend WHERE owner_id = $1 AND friend_id IN ${list('$2')} RETURNING friend_id AS "friendID"`,
    deleteReverseEdges: `DELETE FROM friend WHERE friend_id = $1 AND owner_id IN ${list('$2')}
      RETURNING owner_id AS "ownerID"`,
    setRemark: `UPDATE friend SET remark = $3 WHERE owner_id = $1 AND friend_id = $2 RETURNING friend_id AS "friendID"`,
    setLevel: `UPDATE "user" SET level = $2, updated_at = $3 WHERE id = $1`,
  };
}
