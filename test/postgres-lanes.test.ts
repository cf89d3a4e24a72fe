import { openDatabase } from '../src/database/open-database';
import type { PostgresConfig } from '../src/database/postgres-config';
import type { Database } from '../src/database/sql';
import { DatabaseUnavailableError } from '../src/database/unavailable';
import { createTestDatabase, dropTestDatabase, toDatabaseUrl, withClient } from './support/postgres-server';
import { findPostgres } from './support/stores';

const found = findPostgres();
const { serverUrl, template } = found ?? { serverUrl: '', template: '' };

const WHO = 'SELECT pg_backend_pid()';
const SLEEP = 'SELECT pg_backend_pid(), pg_sleep(0.5)';

(found === null ? describe.skip : describe)('short reads on PostgreSQL', () => {
  let name: string;
  let url: string;
  let database: Database | null = null;
  beforeEach(async () => {
    name = await createTestDatabase(serverUrl, template);
    url = toDatabaseUrl(serverUrl, name);
  });
  afterEach(async () => {
    await database?.stop();
    database = null;
    await dropTestDatabase(serverUrl, name);
  });

  async function open(databasePoolSize: number, bounds: Partial<PostgresConfig> = {}): Promise<Database> {
    const postgres = { databasePoolSize, ...bounds };
    database = await openDatabase({ dataDir: '', databaseUrl: url, postgres });
    return database;
  }

  /** The process of PostgreSQL that answers each of so many reads that are asked for at once. */
  async function findProcesses({ reader }: Database, count: number): Promise<number[]> {
    const reads = Array.from({ length: count }, () => reader.tuples<[number, ...unknown[]]>(WHO));
    return (await Promise.all(reads)).flatMap((rows) => rows.map(([process]) => process));
  }

  test('share a connection, up to eight at a time, and half of the connections at the most', async () => {
    const shared = await open(4);
    expect(new Set(await findProcesses(shared, 8)).size).toBe(1);
    expect(new Set(await findProcesses(shared, 9)).size).toBe(2);
    const processes = await findProcesses(shared, 100);
    expect(processes).toHaveLength(100);
    expect(new Set(processes).size).toBe(2);
  });

  test('have a connection each where there is but one', async () => {
    const single = await open(1);
    expect(new Set(await findProcesses(single, 9)).size).toBe(1);
    expect(single.load.reader).toEqual({ inUse: 0, idle: 1, waiting: 0 });
  });

  test('give the connection back when nothing is under way on it', async () => {
    const shared = await open(4);
    const reads = findProcesses(shared, 8);
    await new Promise(setImmediate);
    expect(shared.load.reader.inUse).toBe(1);
    await reads;
    await new Promise(setImmediate);
    expect(shared.load.reader).toEqual({ inUse: 0, idle: 1, waiting: 0 });
  });

  test('leave connections to whoever needs one alone, however many come', async () => {
    const shared = await open(2);
    let isOver = false;
    const flood = Array.from({ length: 20 }, async () => {
      while (!isOver) await shared.reader.tuples(WHO);
    });
    const [row] = await shared.snapshot((from) => from.all<{ one: number }>('SELECT 1 AS one'));
    isOver = true;
    await Promise.all(flood);
    expect(row).toEqual({ one: 1 });
  });

  test('fail alone', async () => {
    const { reader } = await open(2);
    const values = await Promise.allSettled(
      [1, 0, 2, 0, 3].map((value) => reader.tuples<[number]>('SELECT 6 / CAST($1 AS int)', [value])),
    );
    expect(values.map((result) => (result.status === 'fulfilled' ? result.value : result.status))).toEqual([
      [[6]],
      'rejected',
      [[3]],
      'rejected',
      [[2]],
    ]);
    // The connection on which one failed is not used again.
    expect(await reader.tuples('SELECT 6')).toEqual([[6]]);
  });

  test('are asked again when the connection that they share is lost', async () => {
    const shared = await open(2);
    const reads = [SLEEP, WHO, WHO].map((sql) => shared.reader.tuples<[number, ...unknown[]]>(sql));
    const lost = await withClient(url, async (client) => {
      const end = `SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND query = $1 AND state = 'active'`;
      for (;;) {
        const { rows } = await client.query<{ pid: number }>(end, [SLEEP]);
        if (rows[0] !== undefined) return rows[0].pid;
      }
    });
    const processes = (await Promise.all(reads)).flatMap((rows) => rows.map(([process]) => process));
    expect(processes).toHaveLength(3);
    expect(processes).not.toContain(lost);
  });

  test('behind one that takes too long have their answers', async () => {
    const { reader } = await open(2, { databaseStatementTimeoutMs: 300 });
    const [late, ...others] = await Promise.allSettled([
      reader.tuples('SELECT pg_sleep(5)'),
      reader.tuples('SELECT 1'),
      reader.tuples('SELECT 2'),
    ]);
    expect(late.status).toBe('rejected');
    expect(others).toEqual([
      { status: 'fulfilled', value: [[1]] },
      { status: 'fulfilled', value: [[2]] },
    ]);
  });

  test('are not to blame for one before them that could not be prepared', async () => {
    const { reader } = await open(4, { databaseLockTimeoutMs: 500 });
    const reads = await withClient(url, async (client) => {
      await client.query('BEGIN; LOCK TABLE block');
      const [first, second] = [1, 2].map(() => reader.tuples('SELECT owner_id FROM block'));
      await expect(first).rejects.toThrow(DatabaseUnavailableError);
      await client.query('COMMIT');
      return second;
    });
    expect(reads).toEqual([]);
  });
});
