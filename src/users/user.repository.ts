import type { Database, Queryable, Transaction } from '../database/sql';
import { parseCustomFields } from '../lib/custom-fields';
import { fromUsers, READ_COLUMNS, toEachRead, type HeldProfiles, type ProfileRead } from './held-profiles';
import type { AdminForbidType, AllowType, Gender, Profile } from './profile';
import type { RowProfile } from './profile-row';

/** A profile with what only administrators write. */
export interface UserRecord extends Profile {
  adminForbidType: AdminForbidType;
}

/** A user in somebody's eyes. */
export interface SeenUser {
  userID: string;
  user: RowProfile;
  /** Whether the user is in the viewer's friend list. */
  isFriend: boolean;
  /** When this was so, where that is before it was read. */
  asOfMs?: number;
}

interface UserRow {
  id: string;
  nick_name: string;
  face_url: string;
  self_signature: string;
  gender: Gender;
  birthday: number;
  allow_type: AllowType;
  admin_forbid_type: AdminForbidType;
  role: number;
  level: number;
  custom_info: string;
  created_at: number;
  updated_at: number;
}

const COLUMNS = {
  id: 'text',
  nick_name: 'text',
  face_url: 'text',
  self_signature: 'text',
  gender: 'text',
  birthday: 'integer',
  allow_type: 'text',
  admin_forbid_type: 'text',
  role: 'integer',
  level: 'integer',
  custom_info: 'text',
  created_at: 'integer',
  updated_at: 'integer',
} as const satisfies Record<keyof UserRow, 'text' | 'integer'>;

const USER_COLUMNS: readonly string[] = Object.keys(COLUMNS);

type SeenRow = readonly [isFriend: boolean | number, userID: string, ...version: unknown[]];
type ViewersRow = readonly [
  viewerID: string,
  isFriend: boolean | number,
  userID: string,
  ...version: unknown[],
];

export class UserRepository {
  private readonly selectUsers: string;
  private readonly selectAsSeen: Readonly<Record<ProfileRead, string>>;
  private readonly selectAsSeenByEach: Readonly<Record<ProfileRead, string>>;
  private readonly insertUsers: string;
  private readonly updateUsers: string;

  constructor(
    { dialect }: Database,
    private readonly held: HeldProfiles,
  ) {
    this.selectUsers = `SELECT ${USER_COLUMNS.join(', ')} FROM "user" WHERE ${dialect.isOneOf('id', '$1')}`;
    // The one look at another feature's table: a viewer's friends are always read anew, and this tells who they are.
    this.selectAsSeen = toEachRead(
      (read) => `SELECT EXISTS (SELECT 1 FROM friend
        WHERE friend.owner_id = $2 AND friend.friend_id = u.id), u.id, ${READ_COLUMNS[read].join(', ')}
      FROM ${fromUsers(dialect, read)} WHERE ${dialect.isOneOf('u.id', '$1')}`,
    );
    // A join, because PostgreSQL may answer EXISTS for many viewers by reading the edges of everybody.
    this.selectAsSeenByEach = toEachRead(
      (
        read,
      ) => `SELECT asked.viewer_id, friend.friend_id IS NOT NULL, asked.user_id, ${READ_COLUMNS[read].join(', ')}
      FROM ${dialect.rows('$1', { viewer_id: 'text', user_id: 'text' })} AS asked
      JOIN ${fromUsers(dialect, read)} ON u.id = asked.user_id
      LEFT JOIN friend ON friend.owner_id = asked.viewer_id AND friend.friend_id = asked.user_id`,
    );
    this.insertUsers = `INSERT INTO "user" (${USER_COLUMNS.join(', ')})
      SELECT ${USER_COLUMNS.join(', ')} FROM ${dialect.rows('$1', COLUMNS)} AS given WHERE true
      ON CONFLICT (id) DO NOTHING RETURNING id`;
    const assignments = USER_COLUMNS.filter((name) => name !== 'id' && name !== 'created_at');
    this.updateUsers = `UPDATE "user" SET ${assignments.map((name) => `${name} = given.${name}`).join(', ')}
      FROM ${dialect.rows('$1', COLUMNS)} AS given WHERE "user".id = given.id`;
  }

  /** Those of the users that exist, in no order. */
  async load(from: Queryable, userIDs: readonly string[]): Promise<UserRecord[]> {
    const rows = await from.all<UserRow>(this.selectUsers, [JSON.stringify(userIDs)]);
    return rows.map(toRecord);
  }

  /** Those of the users that exist, in no order, and whether they are in the viewer's friend list. */
  async loadAsSeenBy(from: Queryable, viewerID: string, userIDs: readonly string[]): Promise<SeenUser[]> {
    const look = this.held.look(userIDs);
    const rows = await from.tuples<SeenRow>(this.selectAsSeen[look.read], [
      JSON.stringify(userIDs),
      viewerID,
    ]);
    const seen: SeenUser[] = [];
    const users = await this.held.resolve(from, rows, 1, 2, look);
    for (const [index, [isFriend, userID]] of rows.entries()) {
      const user = users[index] ?? null;
      if (user !== null) seen.push({ userID, user, isFriend: Boolean(isFriend) });
    }
    return seen;
  }

  /** The same for several viewers, in one statement; a viewer may come more than once. */
  async loadAsSeenByEach(
    from: Queryable,
    asks: readonly { viewerID: string; userIDs: readonly string[] }[],
  ): Promise<Map<string, SeenUser[]>> {
    const asked = asks.flatMap(({ viewerID, userIDs }) =>
      userIDs.map((userID) => ({ viewer_id: viewerID, user_id: userID })),
    );
    const look = this.held.look(asks.flatMap(({ userIDs }) => userIDs));
    const rows = await from.tuples<ViewersRow>(this.selectAsSeenByEach[look.read], [JSON.stringify(asked)]);
    const byViewer = new Map(asks.map(({ viewerID }): [string, SeenUser[]] => [viewerID, []]));
    const users = await this.held.resolve(from, rows, 2, 3, look);
    for (const [index, [viewerID, isFriend, userID]] of rows.entries()) {
      const user = users[index] ?? null;
      if (user !== null) byViewer.get(viewerID)?.push({ userID, user, isFriend: Boolean(isFriend) });
    }
    return byViewer;
  }

  /** Creates those that do not exist yet and gives their ids; leaves the others as they are. */
  async insert(tx: Transaction, users: readonly UserRecord[]): Promise<string[]> {
    const rows = await tx.all<{ id: string }>(this.insertUsers, [JSON.stringify(users.map(toRow))]);
    return rows.map((row) => row.id);
  }

  async update(tx: Transaction, users: readonly UserRecord[]): Promise<void> {
    await tx.all(this.updateUsers, [JSON.stringify(users.map(toRow))]);
  }
}

function toRecord(row: UserRow): UserRecord {
  return {
    id: row.id,
    nickName: row.nick_name,
    faceUrl: row.face_url,
    selfSignature: row.self_signature,
    gender: row.gender,
    birthday: row.birthday,
    allowType: row.allow_type,
    adminForbidType: row.admin_forbid_type,
    role: row.role,
    level: row.level,
    customInfo: parseCustomFields(row.custom_info),
    createdAt: new Date(row.created_at),
    updatedAt: new Date(row.updated_at),
  };
}

function toRow(user: UserRecord): UserRow {
  return {
    id: user.id,
    nick_name: user.nickName,
    face_url: user.faceUrl,
    self_signature: user.selfSignature,
    gender: user.gender,
    birthday: user.birthday,
    allow_type: user.allowType,
    admin_forbid_type: user.adminForbidType,
    role: user.role,
    level: user.level,
    custom_info: JSON.stringify(user.customInfo),
    created_at: user.createdAt.getTime(),
    updated_at: user.updatedAt.getTime(),
  };
}
