import { Client } from 'pg';
import { migrateDatabase, openDatabase } from '../src/database/open-database';
import type { Database } from '../src/database/sql';
import { describeEngine } from './support/engine-contract';
import { TestListener } from './support/listener';
import { probe, waitUntilReady } from './support/nodes';
import { act, addFriend, befriend, loadRelation } from './support/people';
import { hasPgBouncer, PgBouncer } from './support/pgbouncer';
import { createTestDatabase, dropTestDatabase, toDatabaseUrl, withClient } from './support/postgres-server';
import { TestServer } from './support/server';
import { findPostgres, type Store } from './support/stores';

const found = findPostgres();
const { serverUrl, template } = found ?? { serverUrl: '', template: '' };
const isRunnable = found !== null && hasPgBouncer();
// Not among the services that REQUIRE_SERVICES asks for: few machines have it before they need it.
if (!isRunnable) console.warn('Skipping the suites on PgBouncer: there is no pgbouncer, or no PostgreSQL.');

/** Fewer than a server has clients of it, so that each of these meets what others have left. */
const POOL_SIZE = 3;

(isRunnable ? describe : describe.skip)('through PgBouncer in transaction mode', () => {
  let bouncer: PgBouncer;
  let name: string;
  let directUrl: string;
  let pooledUrl: string;
  const connect = async (mode: 'transaction' | 'session' = 'transaction', source?: string): Promise<void> => {
    name = await createTestDatabase(serverUrl, source);
    directUrl = toDatabaseUrl(serverUrl, name);
    bouncer = await PgBouncer.start(serverUrl, mode, POOL_SIZE);
    pooledUrl = bouncer.toUrl(directUrl);
  };
  const disconnect = async (): Promise<void> => {
    await bouncer.remove();
    await dropTestDatabase(serverUrl, name);
  };

  describe('the engine', () => {
    let isConnected = false;
    const open = async (onStatement?: (sql: string) => void): Promise<Database> => {
      if (!isConnected) await connect('transaction', template);
      isConnected = true;
      return openDatabase({ dataDir: '', databaseUrl: pooledUrl, onStatement });
    };
    const reset = async (): Promise<void> => {
      await disconnect();
      isConnected = false;
    };
    describeEngine('PgBouncer', { open, reset, duplicateKeyCodes: ['23505'], readerMayWrite: true });
  });

  test('`migrate` brings the schema up, once, however often it is asked for at a time', async () => {
    await connect();
    try {
      const all = await Promise.all(
        [1, 2].map(() => migrateDatabase({ dataDir: '', databaseUrl: pooledUrl })),
      );
      expect(all[0]?.length).toBeGreaterThan(0);
      expect(all[1]).toEqual(all[0]);
      const [locks] = await withClient(directUrl, async (client) => {
        const { rows } = await client.query<{ held: string }>(
          `SELECT count(*) AS held FROM pg_locks WHERE locktype = 'advisory'
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
        );
        return rows;
      });
      expect(locks?.held).toBe('0');
    } finally {
      await disconnect();
    }
  });

  describe('two servers', () => {
    let one: TestServer;
    let other: TestServer;
    beforeAll(async () => {
      await connect('transaction', template);
      const store: Store = {
        name: 'PgBouncer',
        create: () => Promise.resolve({ config: { databaseUrl: pooledUrl }, drop: () => Promise.resolve() }),
      };
      const config = { databaseDirectUrl: directUrl };
      [one, other] = (await Promise.all([1, 2].map(() => TestServer.start({ store, config })))) as [
        TestServer,
        TestServer,
      ];
    });
    afterAll(async () => {
      await Promise.all([one.stop(), other.stop()]);
      await disconnect();
    });

    it('are whole: requests, friends, groups, blocks, and events of each on the other', async () => {
      expect(await probe(other)).toEqual({ status: 200, text: 'ready' });
      await one.call('bob', '{ me { id } }');
      const { listener } = await TestListener.open(other, 'bob');
      expect(await addFriend(one, 'ann', { userID: 'bob' })).toMatchObject({ resultCode: 'PENDING' });
      expect(await act(other, 'bob', 'acceptFriendApplication(input: { userID: "ann" })')).toBe('OK');
      expect(await loadRelation(one, 'ann', 'bob')).toBe('BOTH_WAY');
      expect(await act(one, 'bob', 'createFriendGroup(name: "g", userIDs: ["ann"])')).toEqual(['OK']);
      await one.call('ann', 'mutation { setSelfInfo(input: { nickName: "Ann" }) { id } }');
      const heard = await listener.take(5);
      expect(heard.map(({ type }) => type)).toEqual([
        'FRIEND_APPLICATION_LIST_ADDED',
        'FRIEND_APPLICATION_LIST_DELETED',
        'FRIEND_LIST_ADDED',
        'FRIEND_GROUP_CREATED',
        'FRIEND_INFO_CHANGED',
      ]);
      expect(heard[4]).toMatchObject({ friends: [{ userID: 'ann', user: { nickName: 'Ann' } }] });
      expect(await act(other, 'bob', 'addToBlockList(userIDs: ["ann"])')).toEqual(['OK']);
      expect(await loadRelation(one, 'ann', 'bob')).toBe('NONE');
      await listener.stop();
    });

    it('serve many at once, each statement where another has just been', async () => {
      await befriend(one, 'hub', ...Array.from({ length: 20 }, (_, index) => `spoke${index}`));
      const query = '{ me { id } friendList { totalCount nodes { user { id } } } }';
      const ask = (round: number): Promise<unknown> =>
        (round % 2 === 0 ? one : other).call(`spoke${round % 20}`, query);
      const answers = await Promise.all(Array.from({ length: 200 }, (_, round) => ask(round)));
      expect(answers[1]).toMatchObject({ friendList: { totalCount: 2 } });
      const change = (round: number): Promise<unknown> =>
        (round % 2 === 0 ? one : other).call(
          `spoke${round % 20}`,
          `mutation { setSelfInfo(input: { nickName: "round ${round}" }) { nickName } }`,
        );
      await Promise.all(Array.from({ length: 60 }, (_, round) => change(round)));
    });

    it('leave nothing on a connection that is another one’s afterwards', async () => {
      const holders = await Promise.all(
        Array.from({ length: POOL_SIZE }, async () => {
          const client = new Client({ connectionString: pooledUrl });
          await client.connect();
          // Until its end the connection behind it is nobody else's: so all of them are looked at.
          await client.query('BEGIN');
          return client;
        }),
      );
      const left = `SELECT name FROM pg_settings WHERE source = 'session' AND name IN ('statement_timeout',
          'lock_timeout', 'idle_in_transaction_session_timeout', 'default_transaction_read_only', 'synchronous_commit')
        UNION ALL SELECT name FROM pg_prepared_statements UNION ALL SELECT pg_listening_channels()`;
      try {
        for (const holder of holders) expect((await holder.query(left)).rows).toEqual([]);
      } finally {
        for (const holder of holders) await holder.end();
      }
    });

    it('bound what they do in a transaction', async () => {
      const database = await openDatabase({
        dataDir: '',
        databaseUrl: pooledUrl,
        postgres: { databaseStatementTimeoutMs: 41, databaseLockTimeoutMs: 42 },
      });
      const bounds = await database.transaction((tx) =>
        tx.all(
          `SELECT current_setting('statement_timeout') AS statement, current_setting('lock_timeout') AS lock,
            current_setting('idle_in_transaction_session_timeout') AS idle`,
        ),
      );
      expect(bounds).toEqual([{ statement: '41ms', lock: '42ms', idle: '10s' }]);
      await database.stop();
    });
  });

  test('a server without a way past it says that it is degraded, and changes keep their durability', async () => {
    await connect('transaction', template);
    const store: Store = {
      name: 'PgBouncer alone',
      create: () => Promise.resolve({ config: { databaseUrl: pooledUrl }, drop: disconnect }),
    };
    const server = await TestServer.start({ store });
    try {
      await waitUntilReady(server, 'degraded: the bus is down');
      const { listener } = await TestListener.open(server, 'ann');
      await server.call('ann', 'mutation { setSelfInfo(input: { nickName: "Ann" }) { id } }');
      expect(await listener.next()).toMatchObject({ seq: 1, type: 'SELF_INFO_UPDATED' });
      await listener.stop();
      const rows = await withClient(pooledUrl, async (client) => {
        const result = await client.query<{ commit: string }>(
          `SELECT current_setting('synchronous_commit') AS commit, pg_listening_channels() AS channel
            UNION ALL SELECT current_setting('synchronous_commit'), NULL`,
        );
        return result.rows;
      });
      expect(rows).toEqual([{ commit: 'on', channel: null }]);
    } finally {
      await server.stop();
    }
  });

  test('in session mode, when it is said, statements are kept and notifications come through it', async () => {
    await connect('session', template);
    const store: Store = {
      name: 'PgBouncer in session mode',
      create: () =>
        Promise.resolve({
          config: { databaseUrl: pooledUrl, databasePooler: 'session', databasePoolSize: 1 },
          drop: disconnect,
        }),
    };
    const server = await TestServer.start({ store });
    try {
      await waitUntilReady(server, 'ready');
      await server.call('ann', '{ me { id } }');
      const count = await withClient(directUrl, async (client) => {
        const listening = `SELECT 1 FROM pg_stat_activity WHERE application_name = 'amicus-bus'
          AND datname = current_database()`;
        return (await client.query(listening)).rowCount;
      });
      expect(count).toBe(1);
    } finally {
      await server.stop();
    }
  });
});
