import { setTimeout as delay } from 'node:timers/promises';
import { Nodes } from './support/nodes';
import { createUsers, follow, toIDs } from './support/people';
import { withClient } from './support/postgres-server';
import { ADMIN, type TestServer } from './support/server';
import { findPostgres } from './support/stores';

(findPostgres() === null ? describe.skip : describe)('two servers on one PostgreSQL database', () => {
  let nodes: Nodes;
  let servers: [TestServer, TestServer];
  beforeAll(async () => {
    nodes = await Nodes.start();
    servers = [nodes.one, nodes.other];
  });
  afterAll(() => nodes.stop());

  beforeEach(() => {
    for (const server of servers) server.statements.length = 0;
  });

  const countRollbacks = (): number =>
    servers.flatMap((server) => server.statements).filter((sql) => sql === 'ROLLBACK').length;
  /**
   * Makes the calls, each when the one before it waits, while a transaction that did `sql` stands open; then takes
   * that back and gives their answers.
   */
  const holdUp = (sql: string, calls: readonly (() => Promise<unknown>)[]): Promise<unknown[]> =>
    withClient(nodes.databaseUrl, async (holder) => {
      await holder.query('BEGIN');
      await holder.query(sql);
      const answers: Promise<unknown>[] = [];
      for (const call of calls) {
        answers.push(call());
        await waitForWaiting(answers.length);
      }
      await holder.query('ROLLBACK');
      return Promise.all(answers);
    });
  const waitForWaiting = (count: number): Promise<void> =>
    withClient(nodes.databaseUrl, async (client) => {
      const waiting = `SELECT pid FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      while ((await client.query(waiting)).rowCount !== count) await delay(20);
    });

  test('a user whose first calls meet is created once', async () => {
    const call = servers.map((server) => () => server.call('ann', '{ friendshipEventPosition }'));
    const [first, second] = await holdUp(insertUser('ann'), call);
    expect(first).toEqual(second);
    expect(countRollbacks()).toBe(0);
  });

  test('the same users created in two orders never wait for each other', async () => {
    const userIDs = toIDs(100);
    const [one, other] = servers;
    await holdUp(insertUser('u0050'), [
      () => createUsers(one, userIDs),
      () => createUsers(other, userIDs.toReversed()),
    ]);
    expect(countRollbacks()).toBe(0);
  });

  test('who is put into a group and deleted at the same time is in no group afterwards', async () => {
    const [one, other] = servers;
    await follow(one, 'owner', 'leaving');
    await one.call('owner', 'mutation { createFriendGroup(name: "g") { resultCode } }');
    const nextEvent = `INSERT INTO event SELECT user_id, head + 1, 'X', '{}', 0
      FROM event_stream WHERE user_id = 'owner'`;
    const add = 'mutation { addFriendsToFriendGroup(name: "g", userIDs: ["leaving"]) { resultCode } }';
    const remove = 'mutation { deleteUsers(userIDs: ["leaving"]) { resultCode } }';
    const [added] = await holdUp(nextEvent, [() => one.call('owner', add), () => other.call(ADMIN, remove)]);
    expect(added).toEqual({ addFriendsToFriendGroup: [{ resultCode: 'OK' }] });
    const groups = await one.call('owner', '{ friendGroups { name friendCount } friendList { totalCount } }');
    expect(groups).toEqual({ friendGroups: [{ name: 'g', friendCount: 0 }], friendList: { totalCount: 0 } });
    expect(countRollbacks()).toBe(0);
  });

  test('who is deleted and created anew while another deletion waits is deleted again, and nothing is left', async () => {
    const [one] = servers;
    await follow(one, 'friend', 'returning');
    const remove = 'mutation { deleteUsers(userIDs: ["returning"]) { resultCode } }';
    const answer = await withClient(nodes.databaseUrl, async (holder) => {
      await holder.query('BEGIN');
      await holder.query(`DELETE FROM event_stream WHERE user_id = 'returning'`);
      const answering = one.call(ADMIN, remove);
      await waitForWaiting(1);
      await holder.query(`INSERT INTO event_stream VALUES ('returning', 'another', 0, 0)`);
      await holder.query('COMMIT');
      return answering;
    });
    expect(answer).toEqual({ deleteUsers: [{ resultCode: 'OK' }] });
    expect(await one.call('friend', '{ friendList { totalCount } }')).toEqual({
      friendList: { totalCount: 0 },
    });
    const streams = await withClient(nodes.databaseUrl, (client) =>
      client.query(`SELECT 1 FROM event_stream WHERE user_id = 'returning'`),
    );
    expect(streams.rows).toEqual([]);
  });
});

function insertUser(userID: string): string {
  return `INSERT INTO "user" VALUES ('${userID}', '', '', '', 'UNKNOWN', 0, '', 'NONE', 0, 0, '[]', 0, 0)`;
}
