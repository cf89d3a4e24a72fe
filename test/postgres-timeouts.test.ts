import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { openDatabase } from '../src/database/open-database';
import { openSnapshot } from '../src/database/snapshot';
import type { PostgresConfig } from '../src/database/postgres-config';
import { Cable } from './support/cable';
import { createUsers, loadRelation } from './support/people';
import { createTestDatabase, dropTestDatabase, toDatabaseUrl, withClient } from './support/postgres-server';
import { type CommandOutcome, runCommand } from './support/run-command';
import { toEnvironment } from './support/seeded-store';
import { type GraphqlAnswer, TestServer } from './support/server';
import { findPostgres, type Store } from './support/stores';

const found = findPostgres();
const { serverUrl, template } = found ?? { serverUrl: '', template: '' };

const RENAME = 'mutation { setSelfInfo(input: { nickName: "changed" }) { nickName } }';
const ADD = 'mutation { addFriend(input: { userID: "open" }) { resultCode } }';
/** What a client sees of a database that has no time for it. */
const UNAVAILABLE = {
  data: null,
  errors: [
    {
      message: 'The service is unavailable now, try again later.',
      extensions: { code: 'SERVICE_UNAVAILABLE' },
    },
  ],
};

(found === null ? describe.skip : describe)('the bounds on PostgreSQL', () => {
  let name: string;
  let url: string;
  let server: TestServer | null = null;
  beforeEach(async () => {
    name = await createTestDatabase(serverUrl, template);
    url = toDatabaseUrl(serverUrl, name);
  });
  afterEach(async () => {
    await server?.stop();
    server = null;
    await dropTestDatabase(serverUrl, name);
  });

  async function start(config: Partial<PostgresConfig>): Promise<TestServer> {
    const store: Store = {
      name: 'bounded',
      create: () => Promise.resolve({ config: { databaseUrl: url }, drop: () => Promise.resolve() }),
    };
    server = await TestServer.start({ store, config });
    await createUsers(server, ['ann', 'bob', 'cho', 'open'], { allowType: 'ALLOW_ANY' });
    return server;
  }

  async function send(caller: string, query: string): Promise<GraphqlAnswer<Record<string, unknown>>> {
    if (server === null) throw new Error('The server was not started.');
    return server.send(caller, query);
  }

  /** Runs `work` while another client of the database holds the streams of all users. */
  const whileHeld = <T>(work: () => Promise<T>): Promise<T> =>
    withClient(url, async (holder) => {
      await holder.query('BEGIN');
      await holder.query('SELECT 1 FROM event_stream FOR UPDATE');
      try {
        return await work();
      } finally {
        await holder.query('ROLLBACK');
      }
    });
  const waitForWaiting = (count: number): Promise<void> =>
    withClient(url, async (client) => {
      const waiting = `SELECT pid FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      while ((await client.query(waiting)).rowCount !== count) await delay(20);
    });

  test('as many changes as there are connections wait; one more fails in time, and all goes on afterwards', async () => {
    await start({ databasePoolSize: 2, databaseConnectTimeoutMs: 2_000 });
    const waiting = await whileHeld(async () => {
      const all = [send('ann', RENAME), send('bob', RENAME)];
      await waitForWaiting(2);
      expect(await send('cho', RENAME)).toMatchObject(UNAVAILABLE);
      // Reads have connections of their own.
      expect(await send('cho', '{ me { nickName } }')).toEqual({ data: { me: { nickName: '' } } });
      return all;
    });
    const changed = { data: { setSelfInfo: { nickName: 'changed' } } };
    expect(await Promise.all(waiting)).toEqual([changed, changed]);
    expect(await send('cho', RENAME)).toEqual(changed);
  });

  test('who finds no connection is told of which setting to think', async () => {
    const database = await openDatabase({
      dataDir: '',
      databaseUrl: url,
      postgres: { databasePoolSize: 1, databaseConnectTimeoutMs: 1_500 },
    });
    await database.transaction(async (tx) => {
      await tx.all('SELECT 1');
      await expect(database.transaction((other) => other.all('SELECT 1'))).rejects.toThrow(
        'within 1500 ms: all 1 of the pool are in use (AMICUS_DATABASE_POOL_SIZE)',
      );
    });
    await database.stop();
  });

  test.each([
    ['takes too long is cancelled', { databaseStatementTimeoutMs: 1_500, databaseLockTimeoutMs: 0 }],
    ['waits too long for a lock gives up', { databaseStatementTimeoutMs: 0, databaseLockTimeoutMs: 1_500 }],
  ])('a statement that %s: try again later, and nothing of its change is kept', async (_title, config) => {
    const running = await start(config);
    const [held] = await whileHeld(async () => [await send('ann', ADD)]);
    expect(held).toMatchObject(UNAVAILABLE);
    expect(await loadRelation(running, 'ann', 'open')).toBe('NONE');
    const { friendshipEventPosition: before } = await running.call('ann', '{ friendshipEventPosition }');
    expect(await send('ann', ADD)).toEqual({ data: { addFriend: { resultCode: 'OK' } } });
    expect(await loadRelation(running, 'ann', 'open')).toBe('BOTH_WAY');
    const { friendshipEventPosition: after } = await running.call('ann', '{ friendshipEventPosition }');
    expect(after).not.toBe(before);
  });

  test('an import waits for as long as it takes', async () => {
    const env = { ...toEnvironment({ databaseUrl: url }), AMICUS_MUTATION_TIMEOUT_MS: '100' };
    const importEdges = (edges: string): Promise<CommandOutcome> =>
      runCommand(['import', '--edges', '-'], env, edges);
    await importEdges('ann bob');
    const running = await whileHeld(async () => {
      const outcome = importEdges('ann cho');
      await waitForWaiting(1);
      await delay(300);
      return { outcome };
    });
    expect(await running.outcome).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^imported 1 friendship: /) as string,
    });
  });

  test('a command that waits for too long says for what', async () => {
    const env = { ...toEnvironment({ databaseUrl: url }), AMICUS_DATABASE_LOCK_TIMEOUT_MS: '100' };
    const outcome = await withClient(url, async (holder) => {
      await holder.query('BEGIN; LOCK TABLE revocation IN ACCESS EXCLUSIVE MODE');
      return runCommand(['revoke', 'ann'], env);
    });
    expect(outcome).toMatchObject({
      exitCode: 1,
      stderr: 'amicus: The database cannot be reached now. (canceling statement due to lock timeout)\n',
    });
  });

  test('a transaction in which nothing is asked for is ended by PostgreSQL and run again', async () => {
    const database = await openDatabase({
      dataDir: '',
      databaseUrl: url,
      postgres: { databaseIdleInTransactionTimeoutMs: 200 },
    });
    let runs = 0;
    const insert = `INSERT INTO block (owner_id, blocked_id, created_at) VALUES ('a', $1, 0)`;
    await database.transaction(async (tx) => {
      runs++;
      await tx.all(insert, [`run ${runs}`]);
      if (runs === 1) {
        const [row] = await tx.all<{ pid: number }>('SELECT pg_backend_pid() AS pid');
        await waitForEnd(row?.pid ?? 0);
      }
      await tx.all('SELECT 1');
    });
    expect(runs).toBeGreaterThan(1);
    expect(await database.reader.all('SELECT blocked_id FROM block')).toEqual([
      { blocked_id: `run ${runs}` },
    ]);
    await database.stop();
  });

  test('an export may be slow to be written down, whatever the database itself says', async () => {
    const limit = `ALTER DATABASE ${name} SET idle_in_transaction_session_timeout = '200ms'`;
    await withClient(serverUrl, (client) => client.query(limit));
    await using snapshot = await openSnapshot({ dataDir: '', databaseUrl: url });
    const [row] = await snapshot.all<{ limit: string }>(
      `SELECT current_setting('idle_in_transaction_session_timeout') AS "limit"`,
    );
    expect(row).toEqual({ limit: '0' });
  });

  async function waitForEnd(pid: number): Promise<void> {
    await withClient(url, async (client) => {
      while ((await client.query('SELECT 1 FROM pg_stat_activity WHERE pid = $1', [pid])).rowCount !== 0)
        await delay(20);
    });
  }

  test('a connection to a server that takes no changes any more is given up for another one', async () => {
    const running = await start({});
    await withClient(serverUrl, async (client) => {
      await client.query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
      // The new connections are as those to a primary that has become a standby.
      await client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]);
    });
    expect(await send('ann', RENAME)).toMatchObject(UNAVAILABLE);
    running.statements.length = 0;
    const changing = send('bob', RENAME);
    // The first run has failed by then.
    while (running.statements.filter((sql) => sql.startsWith('BEGIN')).length < 2) await delay(1);
    await withClient(serverUrl, (client) =>
      client.query(`ALTER DATABASE ${name} RESET default_transaction_read_only`),
    );
    expect(await changing).toEqual({ data: { setSelfInfo: { nickName: 'changed' } } });
  });

  test('a statement whose answer the network swallows fails, and the next one has another connection', async () => {
    const { cable, url: through } = await Cable.layToDatabase(url);
    const database = await openDatabase({
      dataDir: '',
      databaseUrl: through,
      postgres: { databaseStatementTimeoutMs: 1_000 },
    });
    const swallowed = database.transaction(async (tx) => {
      await tx.all('SELECT 1');
      cable.stall();
      await tx.all(`INSERT INTO block (owner_id, blocked_id, created_at) VALUES ('a', 'b', 0)`);
    });
    await expect(swallowed).rejects.toMatchObject({ cause: { message: 'Query read timeout' } });
    expect(await database.transaction((tx) => tx.all('SELECT 1 AS one'))).toEqual([{ one: 1 }]);
    expect(await database.transaction((tx) => tx.all('SELECT blocked_id FROM block'))).toEqual([]);
    cable.cut();
    await database.stop();
    await cable.remove();
  });

  (process.platform === 'linux' ? test : test.skip)(
    'the system watches over every connection by TCP keepalive, within the time that is set',
    async () => {
      await start({ databaseKeepAliveMs: 7_000 });
      const ports = await withClient(url, async (client) => {
        const { rows } = await client.query<{ port: number }>(
          `SELECT client_port AS port FROM pg_stat_activity
            WHERE datname = current_database() AND application_name = 'amicus'`,
        );
        return rows.map(({ port }) => port);
      });
      expect(ports.length).toBeGreaterThan(0);
      const timers = readKeepAliveTimers();
      for (const port of ports) {
        expect(timers.get(port)).toBeGreaterThan(0);
        expect(timers.get(port)).toBeLessThanOrEqual(7_500);
      }
    },
  );
});

/** Of this machine's TCP sockets, by their own port, in how many milliseconds the next question is due. */
function readKeepAliveTimers(): Map<number, number> {
  const timers = new Map<number, number>();
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of readFileSync(table, 'utf8').split('\n').slice(1)) {
      const [, local = '', , , , timer = ''] = line.trim().split(/\s+/);
      const [kind, jiffies = ''] = timer.split(':');
      // 02 is that timer; a jiffy is a hundredth of a second here.
      if (kind === '02') timers.set(parseInt(local.split(':')[1] ?? '', 16), parseInt(jiffies, 16) * 10);
    }
  }
  return timers;
}
