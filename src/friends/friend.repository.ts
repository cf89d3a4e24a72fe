import type { Database, Dialect, Queryable, Transaction } from '../database/sql';
import { parseCustomFields, type CustomFieldValue } from '../lib/custom-fields';
import { toKeysetStart, type PageRequest } from '../lib/page';
import { fromUsers, READ_COLUMNS, type HeldProfiles, type ProfileRead } from '../users/held-profiles';
import type { RowProfile } from '../users/profile-row';
import { toFriendInfoID, toStrangerInfo, type FriendInfo } from './friend-info';

/** What is stored of the way from one user to another. */
export interface Relationship {
  userID: string;
  theyExist: boolean;
  iHave: boolean;
  theyHave: boolean;
  info: FriendInfo;
  /** Null for a user that does not exist, and where profiles were not asked for. */
  user: RowProfile | null;
}

/** An entry of a list, with the profile where that was asked for. */
export interface ListedFriend {
  info: FriendInfo;
  /** Null for a user that does not exist, and where profiles were not asked for. */
  user: RowProfile | null;
}

/** A friend with the texts that a search looks at. */
export interface SearchedFriend {
  info: FriendInfo;
  nickName: string;
}

/** The columns of an edge, of the friend `f`, in the order in which `toInfo` takes them; the details come last. */
const BRIEF_COLUMNS = ['f.friend_id', 'f.remark', 'f.created_at'];
const EDGE_COLUMNS = [...BRIEF_COLUMNS, 'f.add_source', 'f.add_wording', 'f.custom_info'];
const EDGE = EDGE_COLUMNS.join(', ');

/** What is read of each entry, and before it of its profile. */
interface Reads {
  profiles: ProfileRead | null;
  details: boolean;
}

const ALL = { profiles: false, details: true };

function toColumns({ profiles, details }: Reads): string {
  return [
    ...(profiles === null ? [] : READ_COLUMNS[profiles]),
    ...(details ? EDGE_COLUMNS : BRIEF_COLUMNS),
  ].join(', ');
}

/** Like `toEachRead`: a statement for each of the few combinations, put together once. */
function toEachReads(toStatement: (reads: Reads) => string): (reads: Reads) => string {
  const toBoth = (profiles: ProfileRead | null): { brief: string; detailed: string } => ({
    brief: toStatement({ profiles, details: false }),
    detailed: toStatement({ profiles, details: true }),
  });
  const none = toBoth(null);
  const each = { version: toBoth('version'), whole: toBoth('whole') };
  return ({ profiles, details }) => {
    const both = profiles === null ? none : each[profiles];
    return details ? both.detailed : both.brief;
  };
}

/** Where the edge begins behind the profile. */
const toEdgeAt = ({ profiles }: Reads): number => (profiles === null ? 0 : READ_COLUMNS[profiles].length);

function toPageStatement(dialect: Dialect, reads: Reads, condition: string): string {
  const { profiles } = reads;
  return `SELECT ${toColumns(reads)} FROM friend f
    ${profiles === null ? '' : `LEFT JOIN ${fromUsers(dialect, profiles)} ON u.id = f.friend_id`}
    WHERE f.owner_id = $1 AND (f.created_at, f.friend_id) < ($2, $3)
    ${condition} ORDER BY f.created_at DESC, f.friend_id DESC LIMIT $4`;
}

type RelationshipRow = readonly [userID: string, theyExist: unknown, theyHave: unknown, ...rest: unknown[]];

export class FriendRepository {
  private readonly selectPage: (reads: Reads) => string;
  private readonly selectGroupPage: (reads: Reads) => string;
  private readonly selectRelationships: (reads: Reads) => string;
  private readonly selectEdges: string;
  private readonly selectEntries: string;
  private readonly selectRemarks: string;

  constructor(
    private readonly database: Database,
    private readonly held: HeldProfiles,
  ) {
    const { dialect } = database;
    // There all who have the same friend lie together; in the table, whose key begins with them, anywhere.
    const byFriend = dialect.fromIndex('friend_by_friend');
    this.selectPage = toEachReads((reads) => toPageStatement(dialect, reads, ''));
    this.selectGroupPage = toEachReads((reads) => toPageStatement(dialect, reads, inGroup('$5')));
    this.selectRelationships = toEachReads(
      (reads) => `SELECT asked.value, u.id IS NOT NULL,
        t.owner_id IS NOT NULL, ${toColumns(reads)}
      FROM ${dialect.strings('$2')} AS asked
      LEFT JOIN ${fromUsers(dialect, reads.profiles ?? 'version')} ON u.id = asked.value
      LEFT JOIN friend f ON f.owner_id = $1 AND f.friend_id = asked.value
      LEFT JOIN friend t ${byFriend} ON t.owner_id = asked.value AND t.friend_id = $1`,
    );
    this.selectEntries = `SELECT f.owner_id, ${EDGE} FROM friend f
      WHERE ${dialect.isOneOf('f.owner_id', '$1')} AND f.friend_id = $2`;
    this.selectRemarks = `SELECT ${dialect.list('asked.value')} AS owner_ids, ${dialect.list('f.remark')} AS remarks
      FROM ${dialect.strings('$1')} AS asked
      LEFT JOIN friend f ${byFriend} ON f.owner_id = asked.value AND f.friend_id = $2
      WHERE f.remark IS DISTINCT FROM ''`;
    this.selectEdges = `SELECT ${EDGE} FROM friend f WHERE f.owner_id = $1 AND ${dialect.isOneOf('f.friend_id', '$2')}`;
  }

  /** How `ownerID` stands to each of the users: one statement, in no order. */
  async loadRelationships(
    ownerID: string,
    userIDs: readonly string[],
    from: Queryable = this.database.reader,
    wanted = ALL,
  ): Promise<Map<string, Relationship>> {
    const { details } = wanted;
    const look = wanted.profiles ? this.held.look(userIDs) : null;
    const reads = { profiles: look === null ? null : look.read, details };
    const rows = await from.tuples<RelationshipRow>(this.selectRelationships(reads), [
      ownerID,
      JSON.stringify(userIDs),
    ]);
    const users = look === null ? [] : await this.held.resolve(from, rows, 0, 3, look);
    const edgeAt = 3 + toEdgeAt(reads);
    const relationships = new Map<string, Relationship>();
    for (const [index, row] of rows.entries()) {
      const [userID, theyExist, theyHave] = row;
      const iHave = row[edgeAt] !== null;
      relationships.set(userID, {
        userID,
        theyExist: Boolean(theyExist),
        iHave,
        theyHave: Boolean(theyHave),
        info: iHave ? toInfo(ownerID, row, edgeAt) : toStrangerInfo(ownerID, userID),
        user: users[index] ?? null,
      });
    }
    return relationships;
  }

  /** The owner's entries for those of the users who are in the list: one statement. */
  async loadInfos(ownerID: string, userIDs: readonly string[]): Promise<Map<string, FriendInfo>> {
    const rows = await this.database.reader.tuples<readonly [friendID: string, ...edge: unknown[]]>(
      this.selectEdges,
      [ownerID, JSON.stringify(userIDs)],
    );
    return new Map(rows.map((row) => [row[0], toInfo(ownerID, row, 0)]));
  }

  /** The entries for one friend in the lists of those of the owners who have it: one statement. */
  async loadEntries(ownerIDs: readonly string[], friendID: string): Promise<Map<string, FriendInfo>> {
    const rows = await this.database.reader.tuples<readonly [ownerID: string, ...edge: unknown[]]>(
      this.selectEntries,
      [JSON.stringify(ownerIDs), friendID],
    );
    return new Map(rows.map((row) => [row[0], toInfo(row[0], row, 1)]));
  }

  /**
   * The remark for one friend in those of the lists that have one, and null for those in which the friend is not: most
   * are missing here. Of thousands of lists, reading this alone takes a tenth of reading the entries.
   */
  async loadRemarks(ownerIDs: readonly string[], friendID: string): Promise<Map<string, string | null>> {
    const [row] = await this.database.reader.all<{ owner_ids: string; remarks: string }>(this.selectRemarks, [
      JSON.stringify(ownerIDs),
      friendID,
    ]);
    const owners = JSON.parse(row?.owner_ids ?? '[]') as string[];
    const remarks = JSON.parse(row?.remarks ?? '[]') as (string | null)[];
    return new Map(owners.map((owner, place) => [owner, remarks[place] ?? null]));
  }

  /** One row more than the page, newest friendship first. `groupName` empty reads the whole list. */
  async loadPage(
    ownerID: string,
    groupName: string,
    page: PageRequest,
    wanted: { profiles: boolean; details: boolean },
  ): Promise<ListedFriend[]> {
    const look = this.held.lookForNobody('version');
    const reads = { profiles: wanted.profiles ? look.read : null, details: wanted.details };
    const { atMs, id } = toKeysetStart(page);
    const rows = await this.database.reader.tuples<readonly unknown[]>(
      groupName === '' ? this.selectPage(reads) : this.selectGroupPage(reads),
      [ownerID, atMs, id, page.first + 1, ...toGroupValues(groupName)],
    );
    const edgeAt = toEdgeAt(reads);
    const users = wanted.profiles ? await this.held.resolve(this.database.reader, rows, edgeAt, 0, look) : [];
    return rows.map((row, index) => ({ info: toInfo(ownerID, row, edgeAt), user: users[index] ?? null }));
  }

  /** Whether the list has entries before the page: its cursor's own, or newer ones. */
  async hasBefore(ownerID: string, groupName: string, page: PageRequest): Promise<boolean> {
    if (page.after === null) return false;
    const rows = await this.database.reader.all(
      `SELECT 1 FROM friend f WHERE f.owner_id = $1 AND (f.created_at, f.friend_id) >= ($2, $3)
        ${groupName === '' ? '' : inGroup('$4')} LIMIT 1`,
      [ownerID, page.after.atMs, page.after.id, ...toGroupValues(groupName)],
    );
    return rows.length > 0;
  }

  async count(ownerID: string, groupName: string): Promise<number> {
    const [row] = await this.database.reader.all<{ total: number }>(
      groupName === ''
        ? 'SELECT count(*) AS total FROM friend WHERE owner_id = $1'
        : 'SELECT count(*) AS total FROM friend_group_member WHERE owner_id = $1 AND group_name = $2',
      groupName === '' ? [ownerID] : [ownerID, groupName],
    );
    return row?.total ?? 0;
  }

  /** The whole list with nick names, newest friendship first. */
  async loadForSearch(ownerID: string): Promise<SearchedFriend[]> {
    const rows = await this.database.reader.tuples<readonly [nickName: string, ...edge: unknown[]]>(
      `SELECT u.nick_name, ${EDGE} FROM friend f JOIN "user" u ON u.id = f.friend_id
        WHERE f.owner_id = $1 ORDER BY f.created_at DESC, f.friend_id DESC`,
      [ownerID],
    );
    return rows.map((row) => ({ info: toInfo(ownerID, row, 1), nickName: row[0] }));
  }

  /** The owner's own notes on a friend; nothing else of the entry changes. */
  async updateNotes(
    tx: Transaction,
    ownerID: string,
    userID: string,
    remark: string,
    customInfo: readonly CustomFieldValue[],
  ): Promise<void> {
    await tx.all('UPDATE friend SET remark = $3, custom_info = $4 WHERE owner_id = $1 AND friend_id = $2', [
      ownerID,
      userID,
      remark,
      JSON.stringify(customInfo),
    ]);
  }
}

/** Left out where the whole list is meant: it takes longer than the rest, also where it says the same of every row. */
function inGroup(parameter: string): string {
  return `AND EXISTS (SELECT 1 FROM friend_group_member m
    WHERE m.owner_id = $1 AND m.group_name = ${parameter} AND m.friend_id = f.friend_id)`;
}

function toGroupValues(groupName: string): string[] {
  return groupName === '' ? [] : [groupName];
}

/** The entry whose columns begin at `at` in the row and end with it; details that were not read are null. */
function toInfo(ownerID: string, row: readonly unknown[], at: number): FriendInfo {
  const userID = row[at] as string;
  const customInfo = row[at + 5] as string | undefined;
  return {
    id: toFriendInfoID(ownerID, userID),
    userID,
    friendRemark: row[at + 1] as string,
    friendAddTime: new Date(row[at + 2] as number),
    addSource: (row[at + 3] as string | undefined) ?? null,
    addWording: (row[at + 4] as string | undefined) ?? null,
    friendCustomInfo: customInfo === undefined ? null : parseCustomFields(customInfo),
  };
}
