import { migrateDatabase, openDatabase } from '../src/database/open-database';
import { createTestDatabase, dropTestDatabase, toDatabaseUrl, withClient } from './support/postgres-server';
import { runCommand } from './support/run-command';
import { findPostgres } from './support/stores';

const found = findPostgres();
const serverUrl = found?.serverUrl ?? '';

(found === null ? describe.skip : describe)('the schema of a PostgreSQL database', () => {
  let name: string;
  let databaseUrl: string;
  beforeEach(async () => {
    name = await createTestDatabase(serverUrl);
    databaseUrl = toDatabaseUrl(serverUrl, name);
  });
  afterEach(() => dropTestDatabase(serverUrl, name));

  const run = (command: string, url = databaseUrl): ReturnType<typeof runCommand> =>
    runCommand([command], {
      AMICUS_DATABASE_URL: url,
      AMICUS_JWT_SECRET: 'a secret of at least thirty-two bytes',
      AMICUS_PORT: '0',
      AMICUS_LOG_LEVEL: 'silent',
    });
  const query = (sql: string): Promise<unknown> => withClient(databaseUrl, (client) => client.query(sql));

  test('a server does not start before `amicus migrate`, and says so', async () => {
    const refused = await run('serve');
    expect(refused).toMatchObject({ exitCode: 1, stdout: '' });
    expect(refused.stderr).toMatch(
      /^amicus: .* has not got the schema of this version yet: run `amicus migrate` .*\n$/,
    );

    const first = await run('migrate');
    expect(first).toMatchObject({ exitCode: 0, stderr: '' });
    expect(first.stdout).toMatch(
      /^the database has the newest schema: \d+ migrations? applied\n( {2}\w+\n)+$/,
    );
    expect(await run('migrate')).toEqual(first);
    expect(await run('serve')).toMatchObject({ exitCode: 0, stderr: '' });
  });

  test('neither a server nor a migration touches the schema of a newer version', async () => {
    await migrateDatabase({ dataDir: '', databaseUrl });
    await query(
      `INSERT INTO migrations (timestamp, name) VALUES (9999999999999, 'FromTheFuture9999999999999')`,
    );
    const said = /does not know \(FromTheFuture9999999999999\)/;
    for (const command of ['serve', 'migrate']) {
      const { exitCode, stderr } = await run(command);
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(said);
    }
  });

  test('migrations asked for at once run one after another, and each once', async () => {
    const all = await Promise.all(
      Array.from({ length: 4 }, () => migrateDatabase({ dataDir: '', databaseUrl })),
    );
    expect(new Set(all.map((names) => names.join(' '))).size).toBe(1);
    expect(all[0]).not.toEqual([]);
    await (await openDatabase({ dataDir: '', databaseUrl })).stop();
  });

  test('so do they where transactions see what was there when they began', async () => {
    await query(`ALTER DATABASE "${name}" SET default_transaction_isolation = 'repeatable read'`);
    const waiting = `SELECT 1 FROM pg_locks JOIN pg_database ON pg_database.oid = database
      WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted`;
    const migrate = (): Promise<unknown> => migrateDatabase({ dataDir: '', databaseUrl });
    const both = await withClient(databaseUrl, async (client) => {
      await client.query('SELECT pg_advisory_lock(4162870213)');
      const migrations = Promise.all([migrate(), migrate()]);
      while ((await client.query(waiting)).rowCount !== 2);
      return { migrations };
    });
    await expect(both.migrations).resolves.toHaveLength(2);
  });

  test('no message shows the password', async () => {
    const secret = new URL(databaseUrl);
    secret.password = 'dont-show-me';
    const nowhere = new URL(secret);
    nowhere.port = '1';
    const missing = new URL(secret);
    missing.pathname = '/amicus_test_missing';
    for (const url of [secret, nowhere, missing]) {
      const { exitCode, stdout, stderr } = await run('serve', url.href);
      expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
      expect(stderr).toMatch(/^amicus: .+\n$/);
      expect(stderr).not.toContain('dont-show-me');
    }
  });
});
