import type { Database, Transaction } from '../database/sql';
import type { AdminForbidType, AllowType } from '../users/profile';
import {
  APPLICATION,
  APPLICATION_KEY,
  ASKING,
  BLOCK,
  BLOCK_KEY,
  EDGE,
  EDGE_KEY,
  REFUSAL,
  type ApplicationKey,
  type Asking,
  type BlockKey,
  type EdgeKey,
  type NewApplication,
  type NewBlock,
  type NewEdge,
  type Refusal,
} from './relation-rows';
import type { PairFacts } from './relation.transitions';

export interface PairKey {
  me: string;
  they: string;
}

/** What a request carries for its sender's future entry in the friend list. Private to the sender. */
export interface RequestDetails {
  remark: string;
  /** Empty for none. */
  group: string;
  addSource: string;
  addWording: string;
}

export interface PairRow extends PairKey {
  facts: PairFacts;
  iExist: boolean;
  theyExist: boolean;
  myForbidType: AdminForbidType;
  theirAllowType: AllowType;
  /** When they refused my last request, in milliseconds since 1970; null when they never did, or long ago. */
  refusedAtMs: number | null;
  /** Null unless I have a request to them. */
  myRequest: RequestDetails | null;
  /** Null unless they have a request to me. */
  theirRequest: RequestDetails | null;
}

/** How long the lists of one user are. */
export interface ListCounts {
  friends: number;
  sent: number;
  received: number;
  blocks: number;
  /** Requests that were made or renewed since a given moment. */
  askings: number;
}

type Flag = boolean | number;

interface SelectedPair {
  me: string;
  they: string;
  i_exist: Flag;
  they_exist: Flag;
  my_forbid_type: AdminForbidType | null;
  their_allow_type: AllowType | null;
  i_have: Flag;
  they_have: Flag;
  i_block: Flag;
  they_block: Flag;
  my_sent: Flag;
  their_received: Flag;
  my_received: Flag;
  their_sent: Flag;
  my_remark: string;
  my_group: string;
  my_source: string;
  my_wording: string;
  their_remark: string;
  their_group: string;
  their_source: string;
  their_wording: string;
  refused_at: number | null;
}

type Columns = Readonly<Record<string, 'text' | 'integer'>>;

/** Reads and writes what the relation rules decide on: one statement a kind of row, whatever the number of pairs. */
export class RelationRepository {
  private readonly sql: Record<
    | 'loadPairs'
    | 'countLists'
    | 'insertEdges'
    | 'deleteEdges'
    | 'deleteMembers'
    | 'putApplications'
    | 'deleteApplications'
    | 'insertBlocks'
    | 'deleteBlocks'
    | 'countAskings'
    | 'putRefusals',
    string
  >;

  constructor({ dialect }: Database) {
    const given = (columns: Columns): string => `${dialect.rows('$1', columns)} AS given`;
    const insert = (table: string, columns: Columns): string => {
      const names = Object.keys(columns).join(', ');
      return `INSERT INTO ${table} (${names}) SELECT ${names} FROM ${given(columns)} WHERE true`;
    };
    const remove = (table: string, columns: Columns): string => {
      const names = Object.keys(columns).join(', ');
      return `DELETE FROM ${table} WHERE (${names}) IN (SELECT ${names} FROM ${given(columns)})`;
    };
    this.sql = {
      loadPairs: `SELECT pair.me, pair.they,
          i.id IS NOT NULL AS i_exist, u.id IS NOT NULL AS they_exist,
          i.admin_forbid_type AS my_forbid_type, u.allow_type AS their_allow_type,
          fm.owner_id IS NOT NULL AS i_have, ft.owner_id IS NOT NULL AS they_have,
          bm.owner_id IS NOT NULL AS i_block, bt.owner_id IS NOT NULL AS they_block,
          ms.owner_id IS NOT NULL AS my_sent, tr.owner_id IS NOT NULL AS their_received,
          mr.owner_id IS NOT NULL AS my_received, ts.owner_id IS NOT NULL AS their_sent,
          ms.friend_remark AS my_remark, ms.friend_group AS my_group,
          ms.add_source AS my_source, ms.add_wording AS my_wording,
          ts.friend_remark AS their_remark, ts.friend_group AS their_group,
          ts.add_source AS their_source, ts.add_wording AS their_wording, rf.refused_at
        FROM ${dialect.rows('$1', { me: 'text', they: 'text' })} AS pair
        LEFT JOIN "user" i ON i.id = pair.me
        LEFT JOIN "user" u ON u.id = pair.they
        LEFT JOIN friend fm ON fm.owner_id = pair.me AND fm.friend_id = pair.they
        LEFT JOIN friend ft ON ft.owner_id = pair.they AND ft.friend_id = pair.me
        LEFT JOIN block bm ON bm.owner_id = pair.me AND bm.blocked_id = pair.they
        LEFT JOIN block bt ON bt.owner_id = pair.they AND bt.blocked_id = pair.me
        LEFT JOIN friend_application ms ON ms.owner_id = pair.me AND ms.peer_id = pair.they AND ms.type = 'SEND_OUT'
        LEFT JOIN friend_application tr ON tr.owner_id = pair.they AND tr.peer_id = pair.me AND tr.type = 'COME_IN'
        LEFT JOIN friend_application mr ON mr.owner_id = pair.me AND mr.peer_id = pair.they AND mr.type = 'COME_IN'
        LEFT JOIN friend_application ts ON ts.owner_id = pair.they AND ts.peer_id = pair.me AND ts.type = 'SEND_OUT'
        LEFT JOIN refusal rf ON rf.owner_id = pair.me AND rf.peer_id = pair.they`,
      countLists: `SELECT value AS user_id,
          (SELECT count(*) FROM friend WHERE owner_id = value) AS friends,
          (SELECT count(*) FROM friend_application WHERE owner_id = value AND type = 'SEND_OUT') AS sent,
          (SELECT count(*) FROM friend_application WHERE owner_id = value AND type = 'COME_IN') AS received,
          (SELECT count(*) FROM block WHERE owner_id = value) AS blocks,
          (SELECT coalesce(sum(times), 0) FROM application_rate WHERE owner_id = value AND asked_at > $2) AS askings
        FROM ${dialect.strings('$1')} AS counted`,
      insertEdges: insert('friend', EDGE),
      deleteEdges: remove('friend', EDGE_KEY),
      deleteMembers: remove('friend_group_member', EDGE_KEY),
      putApplications: `${insert('friend_application', APPLICATION)}
        ON CONFLICT (owner_id, peer_id, type) DO UPDATE SET
          add_source = excluded.add_source, add_wording = excluded.add_wording,
          friend_remark = excluded.friend_remark, friend_group = excluded.friend_group,
          created_at = excluded.created_at, read_at = excluded.read_at`,
      deleteApplications: remove('friend_application', APPLICATION_KEY),
      insertBlocks: insert('block', BLOCK),
      deleteBlocks: remove('block', BLOCK_KEY),
      countAskings: `${insert('application_rate', ASKING)}
        ON CONFLICT (owner_id, asked_at) DO UPDATE SET times = application_rate.times + excluded.times`,
      putRefusals: `${insert('refusal', REFUSAL)}
        ON CONFLICT (owner_id, peer_id) DO UPDATE SET refused_at = excluded.refused_at`,
    };
  }

  /** One row per pair, in no order. */
  async loadPairs(tx: Transaction, pairs: readonly PairKey[]): Promise<PairRow[]> {
    const rows = await tx.all<SelectedPair>(this.sql.loadPairs, [JSON.stringify(pairs)]);
    return rows.map(toPairRow);
  }

  async countLists(
    tx: Transaction,
    userIDs: readonly string[],
    askedSinceMs: number,
  ): Promise<Map<string, ListCounts>> {
    const rows = await tx.all<ListCounts & { user_id: string }>(this.sql.countLists, [
      JSON.stringify(userIDs),
      askedSinceMs,
    ]);
    return new Map(rows.map((row) => [row.user_id, row]));
  }

  /** The edges must not exist. */
  async insertEdges(tx: Transaction, edges: readonly NewEdge[]): Promise<void> {
    await this.write(tx, this.sql.insertEdges, edges);
  }

  /** Takes the edges with their remarks and custom fields, and out of their owners' groups. */
  async deleteEdges(tx: Transaction, edges: readonly EdgeKey[]): Promise<void> {
    await this.write(tx, this.sql.deleteEdges, edges);
    await this.write(tx, this.sql.deleteMembers, edges);
  }

  /** Writes a request's rows, over those of the same request if there are any. */
  async putApplications(tx: Transaction, applications: readonly NewApplication[]): Promise<void> {
    await this.write(tx, this.sql.putApplications, applications);
  }

  async deleteApplications(tx: Transaction, keys: readonly ApplicationKey[]): Promise<void> {
    await this.write(tx, this.sql.deleteApplications, keys);
  }

  async insertBlocks(tx: Transaction, blocks: readonly NewBlock[]): Promise<void> {
    await this.write(tx, this.sql.insertBlocks, blocks);
  }

  async deleteBlocks(tx: Transaction, blocks: readonly BlockKey[]): Promise<void> {
    await this.write(tx, this.sql.deleteBlocks, blocks);
  }

  /** At most one row for each owner. */
  async countAskings(tx: Transaction, askings: readonly Asking[]): Promise<void> {
    await this.write(tx, this.sql.countAskings, askings);
  }

  /** Over an earlier refusal of the same two. */
  async putRefusals(tx: Transaction, refusals: readonly Refusal[]): Promise<void> {
    await this.write(tx, this.sql.putRefusals, refusals);
  }

  private async write(tx: Transaction, sql: string, rows: readonly object[]): Promise<void> {
    if (rows.length > 0) await tx.all(sql, [JSON.stringify(rows)]);
  }
}

function toPairRow(row: SelectedPair): PairRow {
  return {
    me: row.me,
    they: row.they,
    facts: {
      iHave: Boolean(row.i_have),
      theyHave: Boolean(row.they_have),
      iBlock: Boolean(row.i_block),
      theyBlock: Boolean(row.they_block),
      mySent: Boolean(row.my_sent),
      theirReceived: Boolean(row.their_received),
      myReceived: Boolean(row.my_received),
      theirSent: Boolean(row.their_sent),
    },
    iExist: Boolean(row.i_exist),
    theyExist: Boolean(row.they_exist),
    myForbidType: row.my_forbid_type ?? 'NONE',
    theirAllowType: row.their_allow_type ?? 'NEED_CONFIRM',
    refusedAtMs: row.refused_at,
    myRequest: row.my_sent
      ? { remark: row.my_remark, group: row.my_group, addSource: row.my_source, addWording: row.my_wording }
      : null,
    theirRequest: row.their_sent
      ? {
          remark: row.their_remark,
          group: row.their_group,
          addSource: row.their_source,
          addWording: row.their_wording,
        }
      : null,
  };
}
