import type { Database, Transaction } from '../database/sql';
import type { ApplicationType, EventPayloads } from '../events/friendship-event';

/** What others hold of users who are to be removed. `owner_id` is the other one, `user_id` the removed. */
export interface Traces {
  friends: { owner_id: string; user_id: string }[];
  applications: { owner_id: string; user_id: string; type: ApplicationType }[];
  blocks: { owner_id: string; user_id: string }[];
  /** Whom one of the removed has refused. */
  refusals: { owner_id: string }[];
  /** Whom one of the removed has asked, and when: in the other's events stand the words. */
  askings: { owner_id: string; asked_at: number }[];
}

interface RequestRow {
  user_id: string;
  seq: number;
  payload: string;
}

type Requests = EventPayloads['FRIEND_APPLICATION_LIST_ADDED'];

/** Finds and erases everything of users, on their own side and on everybody else's. */
export class UserRemovalRepository {
  private readonly selectUsers: string;
  private readonly selectFriends: string;
  private readonly selectApplications: string;
  private readonly selectBlocks: string;
  private readonly selectRefusals: string;
  private readonly selectSent: string;
  private readonly selectTold: string;
  private readonly updatePayloads: string;
  private readonly erasures: readonly string[];

  constructor({ dialect }: Database) {
    const removed = dialect.strings('$1');
    this.selectUsers = `SELECT id FROM "user" WHERE id IN ${removed}`;
    this.selectFriends = `SELECT owner_id, friend_id AS user_id FROM friend WHERE friend_id IN ${removed}`;
    this.selectApplications = `SELECT owner_id, peer_id AS user_id, type FROM friend_application
      WHERE peer_id IN ${removed}`;
    this.selectBlocks = `SELECT owner_id, blocked_id AS user_id FROM block WHERE blocked_id IN ${removed}`;
    this.selectRefusals = `SELECT owner_id FROM refusal WHERE peer_id IN ${removed}`;
    this.selectSent = `SELECT payload, occurred_at FROM event WHERE user_id IN ${removed}
      AND type = 'FRIEND_APPLICATION_LIST_ADDED' AND payload LIKE '%"type":"SEND_OUT"%'`;
    // Both sides of a request are told in one moment: whom many others ask has thousands of these.
    this.selectTold = `SELECT user_id, seq, payload FROM event WHERE ${dialect.isOneOf('user_id', '$1')}
      AND type = 'FRIEND_APPLICATION_LIST_ADDED' AND occurred_at IN
        (SELECT asked_at FROM ${dialect.rows('$2', { asked_at: 'integer' })} AS asked)`;
    this.updatePayloads = `UPDATE event SET payload = given.payload
      FROM ${dialect.rows('$1', { user_id: 'text', seq: 'integer', payload: 'text' })} AS given
      WHERE event.user_id = given.user_id AND event.seq = given.seq`;
    this.erasures = [
      // A membership is found by way of its edge: it has no index by friend alone.
      `DELETE FROM friend_group_member WHERE (owner_id, friend_id) IN
        (SELECT owner_id, friend_id FROM friend WHERE friend_id IN ${removed})`,
      `DELETE FROM friend WHERE friend_id IN ${removed}`,
      `DELETE FROM friend_application WHERE peer_id IN ${removed}`,
      `DELETE FROM block WHERE blocked_id IN ${removed}`,
      `DELETE FROM refusal WHERE peer_id IN ${removed}`,
      ...[
        'friend_group_member',
        'friend_group',
        'friend',
        'friend_application',
        'application_rate',
        'refusal',
        'block',
      ].map((table) => `DELETE FROM ${table} WHERE owner_id IN ${removed}`),
      ...['profile_fanout', 'event', 'event_stream'].map(
        (table) => `DELETE FROM ${table} WHERE user_id IN ${removed}`,
      ),
      `DELETE FROM "user" WHERE id IN ${removed}`,
    ];
  }

  async findExisting(tx: Transaction, userIDs: readonly string[]): Promise<Set<string>> {
    const rows = await tx.all<{ id: string }>(this.selectUsers, [JSON.stringify(userIDs)]);
    return new Set(rows.map((row) => row.id));
  }

  async loadTraces(tx: Transaction, userIDs: readonly string[]): Promise<Traces> {
    const values = [JSON.stringify(userIDs)];
    return {
      friends: await tx.all<Traces['friends'][number]>(this.selectFriends, values),
      applications: await tx.all<Traces['applications'][number]>(this.selectApplications, values),
      blocks: await tx.all<Traces['blocks'][number]>(this.selectBlocks, values),
      refusals: await tx.all<Traces['refusals'][number]>(this.selectRefusals, values),
      askings: await this.loadAskings(tx, userIDs),
    };
  }

  /** Known from the users' own events, so not any more when they are erased. */
  private async loadAskings(tx: Transaction, userIDs: readonly string[]): Promise<Traces['askings']> {
    const sent = await tx.all<{ payload: string; occurred_at: number }>(this.selectSent, [
      JSON.stringify(userIDs),
    ]);
    return sent.flatMap(({ payload, occurred_at }) =>
      (JSON.parse(payload) as Requests).applications
        .filter(({ type }) => type === 'SEND_OUT')
        .map(({ userID }) => ({ owner_id: userID, asked_at: occurred_at })),
    );
  }

  /** Takes the words of the users' requests, which are these, out of the events that told others of them. */
  async emptyWordings(
    tx: Transaction,
    userIDs: ReadonlySet<string>,
    askings: Traces['askings'],
  ): Promise<void> {
    if (askings.length === 0) return;
    const asked = new Set(askings.map(({ owner_id }) => owner_id));
    const moments = new Set(askings.map(({ asked_at }) => asked_at));
    const told = await tx.all<RequestRow>(this.selectTold, [
      JSON.stringify([...asked]),
      JSON.stringify(Array.from(moments, (asked_at) => ({ asked_at }))),
    ]);
    const emptied = told.flatMap((row) => {
      const { applications } = JSON.parse(row.payload) as Requests;
      if (!applications.some(({ userID }) => userIDs.has(userID))) return [];
      const payload = {
        applications: applications.map((facts) =>
          userIDs.has(facts.userID) ? { ...facts, addSource: '', addWording: '' } : facts,
        ),
      };
      return [{ ...row, payload: JSON.stringify(payload) }];
    });
    if (emptied.length > 0) await tx.all(this.updatePayloads, [JSON.stringify(emptied)]);
  }

  async erase(tx: Transaction, userIDs: readonly string[]): Promise<void> {
    for (const statement of this.erasures) await tx.all(statement, [JSON.stringify(userIDs)]);
  }
}
