import { Client } from 'pg';
import { BothDoors } from './support/both-doors';
import { createUsers } from './support/people';
import { TestServer } from './support/server';
import { describeOnStores } from './support/stores';

const LOCK_WAITS = `SELECT count(*)::int AS count FROM pg_stat_activity
  WHERE datname = current_database() AND wait_event_type = 'Lock'`;
const QUERY_MS = 300;
const MUTATION_MS = 400;

describeOnStores('the time of an operation', (store) => {
  let server: TestServer;
  let doors: BothDoors;
  let databaseUrl: string | null;
  beforeAll(async () => {
    const place = await store.create();
    databaseUrl = place.config.databaseUrl ?? null;
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

  /** Does the work while the tables cannot be touched; PostgreSQL alone waits. */
  async function whileLocked(
    tables: string,
    mode: string,
    work: (client: Client) => Promise<void>,
  ): Promise<void> {
    if (databaseUrl === null) return;
    const client = new Client({ connectionString: databaseUrl });
    await client.connect();
    try {
      await client.query(`BEGIN; LOCK TABLE ${tables} IN ${mode} MODE`);
      await work(client);
    } finally {
      await client.end();
    }
  }

  const untilNobodyWaits = async (client: Client): Promise<void> => {
    for (;;) {
      const { rows } = await client.query<{ count: number }>(LOCK_WAITS);
      if (rows[0]?.count === 0) return;
    }
  };

  it('ends a query, and what it waits for in the database', async () => {
    await whileLocked('friend', 'ACCESS EXCLUSIVE', async (client) => {
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

  it('ends a mutation, which begins no further field', async () => {
    await whileLocked('friend_group', 'ACCESS EXCLUSIVE', async (client) => {
      const query = `mutation { createFriendGroup(name: "late", userIDs: []) { code }
        setSelfInfo(input: { level: 9 }) { level } }`;
      const answer = await doors.askSocket(query);
      expect(answer).toMatchObject({ errors: [{ extensions: { code: 'TIMEOUT' } }] });
      expect(answer.errors?.[0]?.message).toContain('may or may not have been done');
      const { status } = await fetch(server.url, {
        method: 'POST',
        headers: { ...(await server.headers({ userID: 'ann' })), 'content-type': 'application/json' },
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
