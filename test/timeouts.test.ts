import type { Client } from 'pg';
import { BothDoors } from './support/both-doors';
import { createUsers } from './support/people';
import { withClient } from './support/postgres-server';
import { TestServer } from './support/server';
import { findStore, stores } from './support/stores';

const LOCK_WAITS = `SELECT count(*)::int AS count FROM pg_stat_activity
  WHERE datname = current_database() AND wait_event_type = 'Lock'`;
/** Long enough for what is quick on a machine that has much else to do. */
const QUERY_MS = 1_000;
const MUTATION_MS = 1_100;

const postgres = stores.find(({ name }) => name === 'PostgreSQL');

// Statements of SQLite wait for nobody and are not ended.
(postgres === undefined ? describe.skip : describe)('the time of an operation', () => {
  let server: TestServer;
  let doors: BothDoors;
  let databaseUrl: string;
  beforeAll(async () => {
    const store = findStore('PostgreSQL');
    const place = await store.create();
    databaseUrl = place.config.databaseUrl ?? '';
    const config = { queryTimeoutMs: QUERY_MS, mutationTimeoutMs: MUTATION_MS };
    server = await TestServer.start({ store: { ...store, create: async () => place }, config });
    await createUsers(server, ['ann', 'bob']);
    doors = await BothDoors.open(server, 'ann');
  });
  afterAll(async () => {
    await doors.close();
    await server.stop();
  });

  it('is not limited for what is quick, and each operation has its own', async () => {
    for (let count = 0; count < 3; count++) {
      expect((await doors.ask('{ me { id } friendList { totalCount } }')).errors).toBeUndefined();
      expect(
        (await doors.ask('mutation { setSelfInfo(input: { level: 1 }) { level } }')).errors,
      ).toBeUndefined();
    }
  });

  /** Does the work while the table cannot be touched. */
  const whileLocked = (table: string, work: (client: Client) => Promise<void>): Promise<void> =>
    withClient(databaseUrl, async (client) => {
      await client.query(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
      await work(client);
      await client.query('ROLLBACK');
    });

  const untilNobodyWaits = async (client: Client): Promise<void> => {
    for (;;) {
      const { rows } = await client.query<{ count: number }>(LOCK_WAITS);
      if (rows[0]?.count === 0) return;
    }
  };

  it('ends a query, and what it waits for in the database', async () => {
    await whileLocked('friend', async (client) => {
      const message = `The query took more than ${QUERY_MS} ms: ask for less.`;
      for (const query of [
        '{ friendList { totalCount } }',
        '{ a: friendList(groupName: "x") { totalCount } }',
      ]) {
        expect(await doors.ask(query)).toEqual({ errors: [{ message, extensions: { code: 'TIMEOUT' } }] });
      }
      // The lock is still held: they did not get it, they were cancelled.
      await untilNobodyWaits(client);
    });
    expect((await doors.ask('{ friendList { totalCount } }')).errors).toBeUndefined();
  });

  it('ends a query that is compiled without asking the database again', async () => {
    const before = server.compiledAnswers;
    await server.call('ann', '{ friendList { totalCount } }');
    expect(server.compiledAnswers).toBe(before + 1);
    server.statements.length = 0;
    await whileLocked('friend', async (client) => {
      expect((await doors.ask('{ friendList { totalCount } }')).errors).toHaveLength(1);
      await untilNobodyWaits(client);
    });
    await doors.ask('{ me { id } }');
    // Once for each door.
    expect(server.statements.filter((sql) => sql.startsWith('SELECT f.friend_id'))).toHaveLength(2);
  });

  it('ends a mutation, which begins no further field', async () => {
    await whileLocked('friend_group', async (client) => {
      const query = `mutation { createFriendGroup(name: "late", userIDs: []) { code }
        setSelfInfo(input: { level: 9 }) { level } }`;
      const answer = await doors.askSocket(query);
      expect(answer).toMatchObject({ errors: [{ extensions: { code: 'TIMEOUT' } }] });
      expect(answer.errors?.[0]?.message).toContain('may or may not have been done');
      const { status } = await fetch(server.url, {
        method: 'POST',
        headers: { ...(await server.headers('ann')), 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      });
      expect(status).toBe(504);
      await untilNobodyWaits(client);
    });
    expect(await server.call('ann', '{ me { level } friendGroups { name } }')).toEqual({
      me: { level: 1 },
      friendGroups: [],
    });
  });
});
