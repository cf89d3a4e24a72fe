import type { Database, Queryable } from '../database/sql';
import { toRecord, USER_COLUMNS, type SeenUser, type UserRecord, type UserRow } from './user.repository';

/** Somebody who looks at somebody. */
export interface Look {
  viewerID: string;
  userID: string;
}

/** Where a viewer's event stream stands. Null for one that does not exist. */
type Position = { stream_epoch: string; stream_head: number } | { stream_epoch: null };
type LookRow = { viewer_id: string; user_id: string } & Position;

export interface StrangerRow {
  look: Look;
  user: UserRecord;
  position: Position;
}

/** Reads what has to be current apart from what need not be: the profiles of strangers. */
export class StrangerRepository {
  private readonly selectKnown: string;
  private readonly selectStrangers: string;

  constructor({ dialect }: Pick<Database, 'dialect'>) {
    const asked = `${dialect.rows('$1', { viewer_id: 'text', user_id: 'text' })} AS asked
      LEFT JOIN event_stream stream ON stream.user_id = asked.viewer_id`;
    const columns = USER_COLUMNS.map((name) => `u.${name}`).join(', ');
    const looks = `asked.viewer_id, asked.user_id, stream.epoch AS stream_epoch, stream.head AS stream_head, ${columns}`;
    // A stranger's row is not looked for: there is none with the key NULL.
    this.selectKnown = `SELECT ${looks}, f.friend_id IS NOT NULL AS is_friend FROM ${asked}
      LEFT JOIN friend f ON f.owner_id = asked.viewer_id AND f.friend_id = asked.user_id
      LEFT JOIN "user" u ON u.id = CASE
        WHEN f.friend_id IS NOT NULL OR asked.user_id = asked.viewer_id THEN asked.user_id END`;
    this.selectStrangers = `SELECT ${looks} FROM ${asked} JOIN "user" u ON u.id = asked.user_id`;
  }

  /** The profiles of those who are the viewer or a friend; who else is looked at; and where the viewers' streams stand. */
  async loadKnown(
    from: Queryable,
    looks: readonly Look[],
  ): Promise<{ known: (Look & SeenUser)[]; strangers: Look[]; positions: Map<string, Position> }> {
    type Row = LookRow & { is_friend: boolean | number } & (UserRow | { id: null });
    const rows = await from.all<Row>(this.selectKnown, [toJson(looks)]);
    const known: (Look & SeenUser)[] = [];
    const strangers: Look[] = [];
    const positions = new Map<string, Position>();
    for (const row of rows) {
      const look = { viewerID: row.viewer_id, userID: row.user_id };
      positions.set(look.viewerID, row);
      if (row.id !== null) known.push({ ...look, user: toRecord(row), isFriend: Boolean(row.is_friend) });
      else if (look.userID !== look.viewerID) strangers.push(look);
    }
    return { known, strangers, positions };
  }

  /** Those of the strangers who exist, each with where the viewer's stream stood when this was so. */
  async loadStrangers(from: Queryable, looks: readonly Look[]): Promise<StrangerRow[]> {
    const rows = await from.all<LookRow & UserRow>(this.selectStrangers, [toJson(looks)]);
    return rows.map((row) => ({
      look: { viewerID: row.viewer_id, userID: row.user_id },
      user: toRecord(row),
      position: row,
    }));
  }
}

/** Whether who stands at `position` has all that was known at `other`. */
export function isAtLeast(position: Position, other: Position | undefined): boolean {
  if (other === undefined || other.stream_epoch === null || position.stream_epoch === null) return false;
  return position.stream_epoch === other.stream_epoch && position.stream_head >= other.stream_head;
}

function toJson(looks: readonly Look[]): string {
  return JSON.stringify(looks.map(({ viewerID, userID }) => ({ viewer_id: viewerID, user_id: userID })));
}
