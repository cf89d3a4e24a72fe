import type { Database, Queryable, Transaction } from '../database/sql';
import type { EventDraft } from '../events/friendship-event';
import type { FriendGroup } from './friend-group';

/** A friend to be put into one of the owner's groups. */
export interface Placement {
  ownerID: string;
  groupName: string;
  friendID: string;
}

export class FriendGroupRepository {
  private readonly selectGroups: string;
  private readonly selectAll: string;
  private readonly selectSome: string;
  private readonly selectInGroup: string;
  private readonly deleteGroups: string;
  private readonly deleteGroupMembers: string;
  private readonly deleteMembers: string;
  private readonly insertGroups: string;
  private readonly insertMembers: string;
  private readonly selectMemberships: string;
  private readonly selectByOwner: string;

  constructor(private readonly database: Database) {
    const { dialect } = database;
    this.selectGroups = `SELECT owner_id, name FROM friend_group WHERE ${dialect.isOneOf('owner_id', '$1')}`;
    this.insertGroups = `INSERT INTO friend_group (owner_id, name, created_at)
      SELECT owner_id, name, $2 FROM ${dialect.rows('$1', { owner_id: 'text', name: 'text' })} AS given`;
    const member = { owner_id: 'text', group_name: 'text', friend_id: 'text' } as const;
    this.insertMembers = `INSERT INTO friend_group_member (owner_id, group_name, friend_id)
      SELECT owner_id, group_name, friend_id FROM ${dialect.rows('$1', member)} AS given`;
    const groups = `SELECT name, created_at, (SELECT count(*) FROM friend_group_member m
        WHERE m.owner_id = g.owner_id AND m.group_name = g.name) AS friend_count
      FROM friend_group g WHERE owner_id = $1`;
    this.selectAll = `${groups} ORDER BY name`;
    this.selectSome = `${groups} AND ${dialect.isOneOf('name', '$2')} ORDER BY name`;
    this.selectInGroup = `SELECT friend_id FROM friend_group_member
      WHERE owner_id = $1 AND group_name = $2 AND ${dialect.isOneOf('friend_id', '$3')}`;
    this.deleteGroups = `DELETE FROM friend_group WHERE owner_id = $1 AND ${dialect.isOneOf('name', '$2')}
      RETURNING name`;
    this.deleteGroupMembers = `DELETE FROM friend_group_member
      WHERE owner_id = $1 AND ${dialect.isOneOf('group_name', '$2')}`;
    this.deleteMembers = `DELETE FROM friend_group_member
      WHERE owner_id = $1 AND group_name = $2 AND ${dialect.isOneOf('friend_id', '$3')} RETURNING friend_id`;
    this.selectByOwner = `SELECT owner_id, group_name FROM friend_group_member
      WHERE ${dialect.isOneOf('owner_id', '$1')} AND friend_id = $2 ORDER BY group_name`;
    this.selectMemberships = `SELECT friend_id, group_name FROM friend_group_member
      WHERE owner_id = $1 AND ${dialect.isOneOf('friend_id', '$2')} ORDER BY group_name`;
  }

  /** The names of the owner's groups that each of these friends is in, sorted; none for who is in no group. */
  async loadGroupNames(ownerID: string, friendIDs: readonly string[]): Promise<Map<string, string[]>> {
    const rows = await this.database.reader.all<{ friend_id: string; group_name: string }>(
      this.selectMemberships,
      [ownerID, JSON.stringify(friendIDs)],
    );
    return collectNames(rows.map(({ friend_id, group_name }) => [friend_id, group_name]));
  }

  /** The names of the groups that one friend is in, by owner, sorted; none for an owner who has it in no group. */
  async loadNamesByOwner(ownerIDs: readonly string[], friendID: string): Promise<Map<string, string[]>> {
    const rows = await this.database.reader.all<{ owner_id: string; group_name: string }>(
      this.selectByOwner,
      [JSON.stringify(ownerIDs), friendID],
    );
    return collectNames(rows.map(({ owner_id, group_name }) => [owner_id, group_name]));
  }

  /** The owner's groups of these names, or all when `names` is null; sorted by name. */
  async load(
    ownerID: string,
    names: readonly string[] | null,
    from: Queryable = this.database.reader,
  ): Promise<FriendGroup[]> {
    const rows = await from.all<{ name: string; created_at: number; friend_count: number }>(
      names === null ? this.selectAll : this.selectSome,
      names === null ? [ownerID] : [ownerID, JSON.stringify(names)],
    );
    return rows.map((row) => ({
      id: `group ${ownerID} ${row.name}`,
      name: row.name,
      friendCount: row.friend_count,
      createdAt: new Date(row.created_at),
    }));
  }

  /** Which of these friends are in the group. */
  async loadMembers(
    tx: Transaction,
    ownerID: string,
    name: string,
    friendIDs: readonly string[],
  ): Promise<Set<string>> {
    const rows = await tx.all<{ friend_id: string }>(this.selectInGroup, [
      ownerID,
      name,
      JSON.stringify(friendIDs),
    ]);
    return new Set(rows.map((row) => row.friend_id));
  }

  async create(tx: Transaction, ownerID: string, name: string, nowMs: number): Promise<void> {
    await tx.all(this.insertGroups, [JSON.stringify([{ owner_id: ownerID, name }]), nowMs]);
  }

  /** The friends must be in the list and not in the group. */
  async addMembers(
    tx: Transaction,
    ownerID: string,
    name: string,
    friendIDs: readonly string[],
  ): Promise<void> {
    const members = friendIDs.map((friend_id) => ({ owner_id: ownerID, group_name: name, friend_id }));
    await tx.all(this.insertMembers, [JSON.stringify(members)]);
  }

  /** Gives those that were in the group. */
  async removeMembers(
    tx: Transaction,
    ownerID: string,
    name: string,
    friendIDs: readonly string[],
  ): Promise<Set<string>> {
    const rows = await tx.all<{ friend_id: string }>(this.deleteMembers, [
      ownerID,
      name,
      JSON.stringify(friendIDs),
    ]);
    return new Set(rows.map((row) => row.friend_id));
  }

  /** Gives the names that there were. The friends stay. */
  async remove(tx: Transaction, ownerID: string, names: readonly string[]): Promise<Set<string>> {
    await tx.all(this.deleteGroupMembers, [ownerID, JSON.stringify(names)]);
    const rows = await tx.all<{ name: string }>(this.deleteGroups, [ownerID, JSON.stringify(names)]);
    return new Set(rows.map((row) => row.name));
  }

  /** Gives the friends in the group, in no order. */
  async rename(tx: Transaction, ownerID: string, oldName: string, newName: string): Promise<string[]> {
    await tx.all('UPDATE friend_group SET name = $3 WHERE owner_id = $1 AND name = $2', [
      ownerID,
      oldName,
      newName,
    ]);
    const members = await tx.all<{ friend_id: string }>(
      `UPDATE friend_group_member SET group_name = $3 WHERE owner_id = $1 AND group_name = $2
        RETURNING friend_id`,
      [ownerID, oldName, newName],
    );
    return members.map((row) => row.friend_id);
  }

  /**
   * Puts new friends into groups and gives the events of it. A group that is missing is created while its owner has
   * room; without room the friend stays outside of it. Each placement is given once.
   */
  async place(
    tx: Transaction,
    placements: readonly Placement[],
    maxGroups: number,
    nowMs: number,
  ): Promise<EventDraft[]> {
    if (placements.length === 0) return [];
    const existing = await this.loadAllNames(tx, [...new Set(placements.map(({ ownerID }) => ownerID))]);
    const created = new Set<string>();
    const members: { owner_id: string; group_name: string; friend_id: string }[] = [];
    const events: EventDraft[] = [];
    for (const { ownerID, groupName, friendID } of placements) {
      const names = existing.get(ownerID) ?? new Set<string>();
      existing.set(ownerID, names);
      if (!names.has(groupName)) {
        if (names.size >= maxGroups) continue;
        names.add(groupName);
        created.add(JSON.stringify([ownerID, groupName]));
      }
      members.push({ owner_id: ownerID, group_name: groupName, friend_id: friendID });
      const isNew = created.has(JSON.stringify([ownerID, groupName]));
      events.push({
        userID: ownerID,
        type: isNew ? 'FRIEND_GROUP_CREATED' : 'FRIENDS_ADDED_TO_GROUP',
        payload: { groupName, userIDs: [friendID] },
      });
    }
    const groups = [...created].map((key) => {
      const [owner_id, name] = JSON.parse(key) as [string, string];
      return { owner_id, name };
    });
    if (groups.length > 0) await tx.all(this.insertGroups, [JSON.stringify(groups), nowMs]);
    if (members.length > 0) await tx.all(this.insertMembers, [JSON.stringify(members)]);
    return events;
  }

  private async loadAllNames(
    from: Queryable,
    ownerIDs: readonly string[],
  ): Promise<Map<string, Set<string>>> {
    const rows = await from.all<{ owner_id: string; name: string }>(this.selectGroups, [
      JSON.stringify(ownerIDs),
    ]);
    const names = new Map<string, Set<string>>();
    for (const { owner_id, name } of rows) {
      const set = names.get(owner_id);
      if (set === undefined) names.set(owner_id, new Set([name]));
      else set.add(name);
    }
    return names;
  }
}

/** Keeps the order of the names under each key. */
function collectNames(rows: readonly (readonly [string, string])[]): Map<string, string[]> {
  const names = new Map<string, string[]>();
  for (const [key, name] of rows) {
    const list = names.get(key);
    if (list === undefined) names.set(key, [name]);
    else list.push(name);
  }
  return names;
}
