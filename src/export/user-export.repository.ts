import type { Queryable } from '../database/sql';
import type { CustomFieldValue } from '../lib/custom-fields';
import type { UserExport } from './user-export';

/** The parts of an export that are read here, each by statements of its own. */
type Part =
  | 'friends'
  | 'groups'
  | 'applications'
  | 'blocklist'
  | 'refusals'
  | 'recentRequests'
  | 'stream'
  | 'events'
  | 'profileFanoutRequestedAt';

interface FriendRow {
  friend_id: string;
  remark: string;
  add_source: string;
  add_wording: string;
  custom_info: string;
  created_at: number;
}

interface ApplicationRow {
  peer_id: string;
  type: string;
  add_source: string;
  add_wording: string;
  friend_remark: string;
  friend_group: string;
  created_at: number;
  read_at: number | null;
}

interface EventRow {
  seq: number;
  type: string;
  payload: string;
  occurred_at: number;
}

/** A table of its own is one more entry. */
const LOADERS: { [Key in Part]: (from: Queryable, userID: string) => Promise<UserExport[Key]> } = {
  async friends(from, userID) {
    const rows = await from.all<FriendRow>(
      `SELECT friend_id, remark, add_source, add_wording, custom_info, created_at FROM friend
        WHERE owner_id = $1 ORDER BY friend_id`,
      [userID],
    );
    return rows.map((row) => ({
      userID: row.friend_id,
      remark: row.remark,
      addSource: row.add_source,
      addWording: row.add_wording,
      customInfo: JSON.parse(row.custom_info) as CustomFieldValue[],
      addedAt: new Date(row.created_at),
    }));
  },

  async groups(from, userID) {
    const rows = await from.all<{ name: string; created_at: number; friend_id: string | null }>(
      `SELECT g.name, g.created_at, m.friend_id FROM friend_group AS g
        LEFT JOIN friend_group_member AS m ON m.owner_id = g.owner_id AND m.group_name = g.name
        WHERE g.owner_id = $1 ORDER BY g.name, m.friend_id`,
      [userID],
    );
    const groups = new Map<string, UserExport['groups'][number]>();
    for (const { name, created_at, friend_id } of rows) {
      const group = groups.get(name) ?? { name, createdAt: new Date(created_at), userIDs: [] };
      if (friend_id !== null) group.userIDs.push(friend_id);
      groups.set(name, group);
    }
    return [...groups.values()];
  },

  async applications(from, userID) {
    const rows = await from.all<ApplicationRow>(
      `SELECT peer_id, type, add_source, add_wording, friend_remark, friend_group, created_at, read_at
        FROM friend_application WHERE owner_id = $1 ORDER BY peer_id, type`,
      [userID],
    );
    return rows.map((row) => ({
      userID: row.peer_id,
      type: row.type,
      addSource: row.add_source,
      addWording: row.add_wording,
      friendRemark: row.friend_remark,
      friendGroup: row.friend_group,
      sentAt: new Date(row.created_at),
      readAt: row.read_at === null ? null : new Date(row.read_at),
    }));
  },

  async blocklist(from, userID) {
    const rows = await from.all<{ blocked_id: string; created_at: number }>(
      'SELECT blocked_id, created_at FROM block WHERE owner_id = $1 ORDER BY blocked_id',
      [userID],
    );
    return rows.map((row) => ({ userID: row.blocked_id, blockedAt: new Date(row.created_at) }));
  },

  async refusals(from, userID) {
    const rows = await from.all<{ peer_id: string; refused_at: number }>(
      'SELECT peer_id, refused_at FROM refusal WHERE owner_id = $1 ORDER BY peer_id',
      [userID],
    );
    return rows.map((row) => ({ userID: row.peer_id, refusedAt: new Date(row.refused_at) }));
  },

  async recentRequests(from, userID) {
    const rows = await from.all<{ asked_at: number; times: number }>(
      'SELECT asked_at, times FROM application_rate WHERE owner_id = $1 ORDER BY asked_at',
      [userID],
    );
    return rows.map((row) => ({ at: new Date(row.asked_at), times: row.times }));
  },

  async stream(from, userID) {
    const [row] = await from.all<UserExport['stream']>(
      'SELECT epoch, head, floor FROM event_stream WHERE user_id = $1',
      [userID],
    );
    if (row === undefined) throw new Error('A user has no stream.');
    return row;
  },

  async events(from, userID) {
    const rows = await from.all<EventRow>(
      'SELECT seq, type, payload, occurred_at FROM event WHERE user_id = $1 ORDER BY seq',
      [userID],
    );
    return rows.map(({ seq, type, payload, occurred_at }) => ({
      seq,
      type,
      occurredAt: new Date(occurred_at),
      payload: JSON.parse(payload) as unknown,
    }));
  },

  async profileFanoutRequestedAt(from, userID) {
    const [row] = await from.all<{ requested_at: number }>(
      'SELECT requested_at FROM profile_fanout WHERE user_id = $1',
      [userID],
    );
    return row === undefined ? null : new Date(row.requested_at);
  },
};

/** Everything of the user that no other repository gives. */
export async function loadExportParts(from: Queryable, userID: string): Promise<Pick<UserExport, Part>> {
  const parts: Partial<Record<Part, unknown>> = {};
  for (const [part, load] of Object.entries(LOADERS)) parts[part as Part] = await load(from, userID);
  return parts as Pick<UserExport, Part>;
}
