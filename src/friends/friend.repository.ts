import type { Database, Queryable, Transaction } from '../database/sql';
import type { CustomFieldValue } from '../lib/custom-fields';
import { toKeysetStart, type PageRequest } from '../lib/page';
import { toStrangerInfo, type FriendInfo } from './friend-info';

interface EdgeRow {
  friend_id: string;
  remark: string;
  add_source: string;
  add_wording: string;
  custom_info: string;
  created_at: number;
}

/** What is stored of the way from one user to another. */
export interface Relationship {
  userID: string;
  theyExist: boolean;
  iHave: boolean;
  theyHave: boolean;
  info: FriendInfo;
}

/** A friend with the texts that a search looks at. */
export interface SearchedFriend {
  info: FriendInfo;
  nickName: string;
}

const EDGE = ['friend_id', 'remark', 'add_source', 'add_wording', 'custom_info', 'created_at']
  .map((name) => `f.${name}`)
  .join(', ');

/** `$4` is the name of a group, or empty for the whole list. */
const IN_LIST = `f.owner_id = $1 AND ($4 = '' OR EXISTS (SELECT 1 FROM friend_group_member m
  WHERE m.owner_id = $1 AND m.group_name = $4 AND m.friend_id = f.friend_id))`;

export class FriendRepository {
  private readonly selectRelationships: string;
  private readonly selectEdges: string;
  private readonly selectEntries: string;
  private readonly selectRemarks: string;

  constructor(private readonly database: Database) {
    const { dialect } = database;
    this.selectRelationships = `SELECT asked.value AS user_id, u.id IS NOT NULL AS they_exist,
        t.owner_id IS NOT NULL AS they_have, ${EDGE}
      FROM ${dialect.strings('$2')} AS asked
      LEFT JOIN "user" u ON u.id = asked.value
      LEFT JOIN friend f ON f.owner_id = $1 AND f.friend_id = asked.value
      LEFT JOIN friend t ON t.owner_id = asked.value AND t.friend_id = $1`;
    this.selectEntries = `SELECT f.owner_id, ${EDGE} FROM friend f
      WHERE f.owner_id IN ${dialect.strings('$1')} AND f.friend_id = $2`;
    this.selectRemarks = `SELECT f.remark FROM ${dialect.places('$1')} AS asked
      LEFT JOIN friend f ON f.owner_id = asked.value AND f.friend_id = $2 ORDER BY asked.place`;
    this.selectEdges = `SELECT ${EDGE} FROM friend f WHERE f.owner_id = $1 AND f.friend_id IN ${dialect.strings('$2')}`;
  }

  /** How `ownerID` stands to each of the users: one statement, in no order. */
  async loadRelationships(
    ownerID: string,
    userIDs: readonly string[],
    from: Queryable = this.database.reader,
  ): Promise<Map<string, Relationship>> {
    const rows = await from.all<
      { user_id: string; they_exist: unknown; they_have: unknown } & (EdgeRow | { friend_id: null })
    >(this.selectRelationships, [ownerID, JSON.stringify(userIDs)]);
    const relationships = rows.map((row): Relationship => {
      const iHave = row.friend_id !== null;
      return {
        userID: row.user_id,
        theyExist: Boolean(row.they_exist),
        iHave,
        theyHave: Boolean(row.they_have),
        info: iHave ? toInfo(ownerID, row) : toStrangerInfo(ownerID, row.user_id),
      };
    });
    return new Map(relationships.map((relationship) => [relationship.userID, relationship]));
  }

  /** The owner's entries for those of the users who are in the list: one statement. */
  async loadInfos(ownerID: string, userIDs: readonly string[]): Promise<Map<string, FriendInfo>> {
    const rows = await this.database.reader.all<EdgeRow>(this.selectEdges, [
      ownerID,
      JSON.stringify(userIDs),
    ]);
    return new Map(rows.map((row) => [row.friend_id, toInfo(ownerID, row)]));
  }

  /** The entries for one friend in the lists of those of the owners who have it: one statement. */
  async loadEntries(ownerIDs: readonly string[], friendID: string): Promise<Map<string, FriendInfo>> {
    const rows = await this.database.reader.all<EdgeRow & { owner_id: string }>(this.selectEntries, [
      JSON.stringify(ownerIDs),
      friendID,
    ]);
    return new Map(rows.map((row) => [row.owner_id, toInfo(row.owner_id, row)]));
  }

  /**
   * The remark for one friend in each of the lists, in the order of the owners; null where it is not in the list. Of
   * thousands of lists, reading this alone takes a fifth of reading the entries.
   */
  async loadRemarks(ownerIDs: readonly string[], friendID: string): Promise<(string | null)[]> {
    const rows = await this.database.reader.all<{ remark: string | null }>(this.selectRemarks, [
      JSON.stringify(ownerIDs),
      friendID,
    ]);
    return rows.map((row) => row.remark);
  }

  /** One row more than the page, newest friendship first. `groupName` empty reads the whole list. */
  async loadPage(ownerID: string, groupName: string, page: PageRequest): Promise<FriendInfo[]> {
    const start = toKeysetStart(page);
    const rows = await this.database.reader.all<EdgeRow>(
      `SELECT ${EDGE} FROM friend f WHERE ${IN_LIST} AND (f.created_at, f.friend_id) < ($2, $3)
        ORDER BY f.created_at DESC, f.friend_id DESC LIMIT $5`,
      [ownerID, start.atMs, start.id, groupName, page.first + 1],
    );
    return rows.map((row) => toInfo(ownerID, row));
  }

  /** Whether the list has entries before the page: its cursor's own, or newer ones. */
  async hasBefore(ownerID: string, groupName: string, page: PageRequest): Promise<boolean> {
    if (page.after === null) return false;
    const rows = await this.database.reader.all(
      `SELECT 1 FROM friend f WHERE ${IN_LIST} AND (f.created_at, f.friend_id) >= ($2, $3) LIMIT 1`,
      [ownerID, page.after.atMs, page.after.id, groupName],
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
    const rows = await this.database.reader.all<EdgeRow & { nick_name: string }>(
      `SELECT ${EDGE}, u.nick_name FROM friend f JOIN "user" u ON u.id = f.friend_id
        WHERE f.owner_id = $1 ORDER BY f.created_at DESC, f.friend_id DESC`,
      [ownerID],
    );
    return rows.map((row) => ({ info: toInfo(ownerID, row), nickName: row.nick_name }));
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

function toInfo(ownerID: string, row: EdgeRow): FriendInfo {
  return {
    ...toStrangerInfo(ownerID, row.friend_id),
    friendRemark: row.remark,
    friendAddTime: new Date(row.created_at),
    addSource: row.add_source,
    addWording: row.add_wording,
    friendCustomInfo: JSON.parse(row.custom_info) as CustomFieldValue[],
  };
}
