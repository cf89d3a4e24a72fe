import { DataSource } from 'typeorm';
import { migrateDatabase, openDatabase } from '../src/database/open-database';
import { entities, migrations } from '../src/database/schema';
import type { Database, Transaction } from '../src/database/sql';
import { describeEngine } from './support/engine-contract';
import { createTestDatabase, dropTestDatabase, toDatabaseUrl, withClient } from './support/postgres-server';
import { findPostgres } from './support/stores';

const found = findPostgres();
const { serverUrl, template } = found ?? { serverUrl: '', template: '' };

let made: Promise<string> | null = null;

const requireUrl = async (): Promise<string> =>
  toDatabaseUrl(serverUrl, await (made ??= createTestDatabase(serverUrl, template)));

async function open(onStatement?: (sql: string) => void): Promise<Database> {
  return openDatabase({ dataDir: '', databaseUrl: await requireUrl(), onStatement });
}

/** Rejects when a connection of the finished test is still open. */
async function reset(): Promise<void> {
  if (made !== null) await dropTestDatabase(serverUrl, await made);
  made = null;
}

const insertBlock = 'INSERT INTO block (owner_id, blocked_id, created_at) VALUES ($1, $2, 0)';
const touchBlock = 'UPDATE block SET created_at = created_at + 1 WHERE owner_id = $1';

(found === null ? describe.skip : describe)('on a PostgreSQL server', () => {
  describeEngine('PostgreSQL', { open, reset, duplicateKeyCodes: ['23505'] });

  describe('changes of many processes', () => {
    let database: Database;
    let statements: string[];
    beforeEach(async () => {
      statements = [];
      database = await open((sql) => statements.push(sql));
      await database.transaction(async (tx) => {
        for (const owner of ['a', 'b']) await tx.all(insertBlock, [owner, 'x']);
      });
      statements = [];
    });
    afterEach(async () => {
      await database.stop();
      await reset();
    });

    const total = async (): Promise<number | undefined> => {
      const rows = await database.reader.all<{ total: number }>(
        'SELECT CAST(sum(created_at) AS bigint) AS total FROM block',
      );
      return rows[0]?.total;
    };

    /** Ends every other connection to the database, as a server that goes down does. */
    const endOthers = async (): Promise<void> => {
      await withClient(await requireUrl(), (client) =>
        client.query(
          'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
        ),
      );
    };

    /** Ends the connection whose COMMIT waits for another transaction, as soon as there is one. */
    const endWaitingCommit = async (): Promise<void> => {
      await withClient(await requireUrl(), async (client) => {
        const end = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND query = 'COMMIT' AND wait_event_type = 'Lock'`;
        while ((await client.query(end)).rowCount === 0);
      });
    };

    test('a deadlock is resolved by running one of the two again, and nobody hears of it', async () => {
      const facts: string[] = [];
      let waiting = 0;
      let meet = (): void => undefined;
      const met = new Promise<void>((resolve) => {
        meet = resolve;
      });
      const lock = (first: string, second: string): Promise<void> =>
        database.transaction(async (tx) => {
          tx.onCommit(() => facts.push(first));
          await tx.all(touchBlock, [first]);
          waiting++;
          if (waiting === 2) meet();
          await met;
          await tx.all(touchBlock, [second]);
        });
      await Promise.all([lock('a', 'b'), lock('b', 'a')]);
      // On a busy machine the server may end both, or one of them twice.
      expect(waiting).toBeGreaterThanOrEqual(3);
      expect(statements.filter((sql) => sql === 'ROLLBACK')).toHaveLength(waiting - 2);
      expect(facts.sort()).toEqual(['a', 'b']);
      expect(await total()).toBe(4);
    });

    test('one that deadlocks each time it is run is no mistake: the database is not available for it', async () => {
      let runs = 0;
      const always = database.transaction((tx) => {
        runs++;
        return tx.all(`DO $$ BEGIN RAISE SQLSTATE '40P01'; END $$`);
      });
      await expect(always).rejects.toMatchObject({ name: 'DatabaseUnavailableError', isUndone: true });
      expect(runs).toBe(10);
    });

    test('a transaction whose connection is lost is run again', async () => {
      let runs = 0;
      await database.transaction(async (tx) => {
        runs++;
        await tx.all(touchBlock, ['a']);
        if (runs === 1) await endOthers();
        await tx.all(touchBlock, ['b']);
      });
      expect(runs).toBe(2);
      expect(await total()).toBe(2);
    });

    test('a connection that was lost while nothing asked for it is not noticed', async () => {
      await endOthers();
      expect(await total()).toBe(0);
      await database.transaction((tx) => tx.all(touchBlock, ['a']));
      expect(await total()).toBe(1);
    });

    test('a lost answer to COMMIT rejects and is not tried again', async () => {
      const facts: string[] = [];
      let runs = 0;
      // Checked by the server at COMMIT, on a row for which it then waits: there the connection is ended.
      await withClient(await requireUrl(), async (client) => {
        await client.query('CREATE TABLE late (id int UNIQUE DEFERRABLE INITIALLY DEFERRED)');
        await client.query(`SET idle_in_transaction_session_timeout = '5s'`);
        await client.query('BEGIN');
        await client.query('INSERT INTO late VALUES (1)');
        const change = database.transaction(async (tx) => {
          runs++;
          tx.onCommit(() => facts.push('told'));
          await tx.all('INSERT INTO late VALUES (1)');
        });
        const rejected = expect(change).rejects.toThrow('may or may not be kept');
        await endWaitingCommit();
        await rejected;
        await client.query('ROLLBACK');
      });
      expect(runs).toBe(1);
      expect(facts).toEqual([]);
    });

    test('work that keeps a failure to itself is not taken for committed', async () => {
      const swallow = async (tx: Transaction): Promise<void> => {
        await tx.all(touchBlock, ['a']);
        await tx.all(insertBlock, ['a', 'x']).catch(() => undefined);
      };
      await expect(database.transaction(swallow)).rejects.toThrow('was rolled back');
      expect(await total()).toBe(0);
    });

    test('a read waits for no transaction, however many there are', async () => {
      const all = Array.from({ length: 12 }, () =>
        database.transaction(async (tx) => {
          await tx.all(touchBlock, ['a']);
          return total();
        }),
      );
      expect(await Promise.all(all)).toHaveLength(12);
      expect(await total()).toBe(12);
    });

    test('statements are prepared under a name once per connection', async () => {
      const names = await database.transaction(async (tx) => {
        for (let round = 0; round < 3; round++) await tx.all(touchBlock, ['a']);
        return tx.all<{ name: string }>(`SELECT name FROM pg_prepared_statements WHERE statement = $1`, [
          touchBlock,
        ]);
      });
      expect(names).toHaveLength(1);
      expect(names[0]?.name).toMatch(/^amicus_[0-9a-f]{40}$/);
    });
  });

  test('a migrated database is what the entities say, every text by its bytes, and migrations run once', async () => {
    const databaseUrl = await requireUrl();
    await migrateDatabase({ dataDir: '', databaseUrl });
    const dataSource = await new DataSource({
      type: 'postgres',
      url: databaseUrl,
      entities,
      logger: 'debug',
    }).initialize();
    try {
      for (const { columns } of dataSource.entityMetadatas) {
        // An entity stands for both engines, and SQLite knows no such name.
        for (const column of columns) if (column.type === 'text') column.collation = 'C';
      }
      const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
      expect(upQueries.map((query) => query.query)).toEqual([]);
      expect(dataSource.entityMetadatas).toHaveLength(entities.length);
      expect(await dataSource.query('SELECT name FROM migrations')).toHaveLength(migrations.length);
    } finally {
      await dataSource.destroy();
      await reset();
    }
  });
});
