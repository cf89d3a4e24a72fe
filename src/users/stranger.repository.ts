import type { Database, Queryable } from '../database/sql';
import { READ_COLUMNS, type HeldProfiles } from './held-profiles';
import type { RowProfile } from './profile-row';
import type { SeenUser } from './user.repository';

/** Somebody who looks at somebody. */
export interface Look {
  viewerID: string;
  userID: string;
}

/** Where a viewer's event stream stands. Null for one that does not exist. */
type Position = { epoch: string; head: number } | null;
type LookRow = readonly [
  viewerID: string,
  userID: string,
  epoch: string | null,
  head: number | null,
  ...others: unknown[],
];

export interface StrangerRow {
  look: Look;
  user: RowProfile;
  position: Position;
}

/** Reads what has to be current apart from what need not be: the profiles of strangers. */
export class StrangerRepository {
  private readonly selectKnown: string;
  private readonly selectStrangers: string;

  constructor(
    { dialect }: Pick<Database, 'dialect'>,
    private readonly held: HeldProfiles,
  ) {
    const asked = `${dialect.rows('$1', { viewer_id: 'text', user_id: 'text' })} AS asked
      LEFT JOIN event_stream stream ON stream.user_id = asked.viewer_id`;
    const looks = 'asked.viewer_id, asked.user_id, stream.epoch, stream.head';
    const profile = READ_COLUMNS.whole.join(', ');
    // A stranger's row is not looked for: there is none with the key NULL.
    this.selectKnown = `SELECT ${looks}, f.friend_id IS NOT NULL, ${profile} FROM ${asked}
      LEFT JOIN friend f ON f.owner_id = asked.viewer_id AND f.friend_id = asked.user_id
      LEFT JOIN "user" u ON u.id = CASE
        WHEN f.friend_id IS NOT NULL OR asked.user_id = asked.viewer_id THEN asked.user_id END`;
    this.selectStrangers = `SELECT ${looks}, ${profile} FROM ${asked} JOIN "user" u ON u.id = asked.user_id`;
  }

  /** The profiles of those who are the viewer or a friend; who else is looked at; and where the viewers' streams stand. */
  async loadKnown(
    from: Queryable,
    looks: readonly Look[],
  ): Promise<{ known: (Look & SeenUser)[]; strangers: Look[]; positions: Map<string, Position> }> {
    const held = this.held.lookForNobody('whole');
    const rows = await from.tuples<LookRow>(this.selectKnown, [toJson(looks)]);
    const users = await this.held.resolve(from, rows, 1, 5, held);
    const known: (Look & SeenUser)[] = [];
    const strangers: Look[] = [];
    const positions = new Map<string, Position>();
    for (const [index, row] of rows.entries()) {
      const look = toLook(row);
      const user = users[index] ?? null;
      positions.set(look.viewerID, toPosition(row));
      if (user !== null) known.push({ ...look, user, isFriend: Boolean(row[4]) });
      else if (look.userID !== look.viewerID) strangers.push(look);
    }
    return { known, strangers, positions };
  }

  /** Those of the strangers who exist, each with where the viewer's stream stood when this was so. */
  async loadStrangers(from: Queryable, looks: readonly Look[]): Promise<StrangerRow[]> {
    const held = this.held.lookForNobody('whole');
    const rows = await from.tuples<LookRow>(this.selectStrangers, [toJson(looks)]);
    const users = await this.held.resolve(from, rows, 1, 4, held);
    return rows.flatMap((row, index) => {
      const user = users[index] ?? null;
      return user === null ? [] : [{ look: toLook(row), user, position: toPosition(row) }];
    });
  }
}

/** Whether who stands at `position` has all that was known at `other`. */
export function isAtLeast(position: Position, other: Position | undefined): boolean {
  if (other === undefined || other === null || position === null) return false;
  return position.epoch === other.epoch && position.head >= other.head;
}

function toLook([viewerID, userID]: LookRow): Look {
  return { viewerID, userID };
}

function toPosition([, , epoch, head]: LookRow): Position {
  return epoch === null || head === null ? null : { epoch, head };
}

function toJson(looks: readonly Look[]): string {
  return JSON.stringify(looks.map(({ viewerID, userID }) => ({ viewer_id: viewerID, user_id: userID })));
}
