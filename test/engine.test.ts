import { AsyncLocalStorage } from 'node:async_hooks';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DataFolderInUseError, openDataFolder } from '../src/database/data-folder';
import { Initial1764000000000 } from '../src/database/migrations/1-initial.migration';
import { openDatabase } from '../src/database/open-database';
import { entities, migrations } from '../src/database/schema';
import { createSqliteWriter } from '../src/database/sqlite-data-source';
import { findSqliteCode, type SqliteModule } from '../src/database/sqlite-driver';
import { loadSqliteModule, type SqliteEngine } from '../src/database/sqlite-module';
import type { Database } from '../src/database/sql';
import { DatabaseUnavailableError } from '../src/database/unavailable';
import { describeEngine } from './support/engine-contract';
import { RUN_TYPESCRIPT } from './support/run-typescript';

const engines = (['node:sqlite', 'better-sqlite3'] as const).filter(canLoad);

function canLoad(engine: SqliteEngine): boolean {
  try {
    loadSqliteModule(engine);
    return true;
  } catch {
    return false;
  }
}

let root: string;
let folder: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'amicus-'));
  folder = join(root, 'data');
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

test('this machine runs at least one engine', () => {
  expect(engines).not.toEqual([]);
});

for (const sqliteEngine of engines) {
  describeEngine(sqliteEngine, {
    open: (onStatement) => openDatabase({ dataDir: folder, sqliteEngine, onStatement }),
    reset: async () => {
      rmSync(folder, { recursive: true });
    },
    duplicateKeyCodes: ['SQLITE_CONSTRAINT_PRIMARYKEY', 'SQLITE_CONSTRAINT_UNIQUE'],
  });

  describe(`data folder on ${sqliteEngine}`, () => {
    test('a full disk is said to be one that may have room again, and what was begun is undone', async () => {
      await using database = await openDatabase({ dataDir: folder, sqliteEngine });
      const insert = 'INSERT INTO block (owner_id, blocked_id, created_at) VALUES ($1, $2, $3)';
      const fill = database.transaction(async (tx) => {
        await tx.all(insert, ['ann', 'ben', 1]);
        const [row] = await tx.all<{ page_count: number }>('PRAGMA page_count');
        // Says the same as a disk that has no room for one more.
        await tx.all(`PRAGMA max_page_count = ${(row?.page_count ?? 0) + 1}`);
        await tx.all(insert, ['ann', 'x'.repeat(100_000), 2]);
      });
      const error: unknown = await fill.catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(DatabaseUnavailableError);
      expect(error).toMatchObject({ isUndone: true, cause: { code: 'SQLITE_FULL' } });
      await database.transaction(async (tx) => {
        await tx.all('PRAGMA max_page_count = 1000000');
        await tx.all(insert, ['ann', 'cho', 3]);
      });
      const rows = await database.reader.all('SELECT blocked_id FROM block');
      expect(rows).toEqual([{ blocked_id: 'cho' }]);
    });

    test('transactions asked for together run one after another, in that order', async () => {
      await using database = await openDatabase({ dataDir: folder, sqliteEngine });
      const running: number[] = [];
      const count = async (): Promise<void> => {
        await database.transaction(async (tx) => {
          const [row] = await tx.all<{ n: number }>('SELECT COUNT(*) AS n FROM block');
          const n = row?.n ?? 0;
          await new Promise((resolve) => setImmediate(resolve));
          running.push(n);
          const insert = 'INSERT INTO block (owner_id, blocked_id, created_at) VALUES ($1, $2, $3)';
          await tx.all(insert, ['a', String(n), n]);
        });
      };
      await Promise.all(Array.from({ length: 20 }, count));
      expect(running).toEqual(Array.from({ length: 20 }, (_, index) => index));
    });

    describe('transactions asked for in one turn', () => {
      const insert = 'INSERT INTO block (owner_id, blocked_id, created_at) VALUES ($1, $2, $3)';
      const list = 'SELECT blocked_id FROM block ORDER BY created_at';
      let database: Database;
      let statements: string[];
      let onStatement: (sql: string) => void;
      beforeEach(async () => {
        statements = [];
        onStatement = () => undefined;
        database = await openDatabase({
          dataDir: folder,
          sqliteEngine,
          onStatement: (sql) => {
            statements.push(sql === insert ? 'INSERT' : sql);
            onStatement(sql);
          },
        });
      });
      afterEach(() => database.stop());

      const add = (blocked: string, told: string[] = []): Promise<string> =>
        database.transaction(async (tx) => {
          tx.onCommit(() => told.push(blocked));
          await tx.all(insert, ['a', blocked, blocked.charCodeAt(0)]);
          return blocked;
        });
      const read = async (): Promise<string[]> =>
        (await database.reader.tuples<[string]>(list)).map(([blocked]) => blocked);

      test('are committed together, each with its own outcome and facts', async () => {
        const told: string[] = [];
        const results = await Promise.all(['b', 'c', 'd'].map((blocked) => add(blocked, told)));
        expect(results).toEqual(['b', 'c', 'd']);
        expect(told).toEqual(['b', 'c', 'd']);
        expect(statements).toEqual(['BEGIN IMMEDIATE', 'INSERT', 'INSERT', 'INSERT', 'COMMIT']);
        expect(await read()).toEqual(['b', 'c', 'd']);
      });

      test('are answered when they are committed, and not before', async () => {
        const seen: string[][] = [];
        await Promise.all(
          ['b', 'c'].map(async (blocked) => {
            await add(blocked);
            seen.push(await read());
          }),
        );
        expect(seen).toEqual([
          ['b', 'c'],
          ['b', 'c'],
        ]);
      });

      test('are committed in parts where there are many, and the last part before the database is closed', async () => {
        const all = Array.from({ length: 70 }, (_, index) => String.fromCharCode(0x100 + index));
        const adding = Promise.all(all.map((blocked) => add(blocked)));
        expect(database.load.writer).toEqual({ inUse: 1, idle: 0, waiting: 69 });
        await Promise.all([database.stop(), adding]);
        expect(statements.filter((sql) => sql === 'COMMIT')).toHaveLength(3);
        database = await openDatabase({ dataDir: folder, sqliteEngine });
        expect(await read()).toEqual(all);
      });

      test('are committed before all have run, where that takes long', async () => {
        const results = ['b', 'c', 'd'].map((blocked) =>
          database.transaction(async (tx) => {
            await tx.all(insert, ['a', blocked, blocked.charCodeAt(0)]);
            const untilMs = performance.now() + 60;
            while (performance.now() < untilMs);
            return blocked;
          }),
        );
        expect(await Promise.all(results)).toEqual(['b', 'c', 'd']);
        expect(statements.filter((sql) => sql === 'COMMIT')).toHaveLength(3);
        expect(await read()).toEqual(['b', 'c', 'd']);
      });

      test('are run again, each by itself, where one of them fails', async () => {
        const told: string[] = [];
        const outcomes = await Promise.allSettled(['b', 'b', 'c'].map((blocked) => add(blocked, told)));
        expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
        expect(told).toEqual(['b', 'c']);
        const [begin, alone] = ['BEGIN IMMEDIATE', ['BEGIN IMMEDIATE', 'INSERT', 'COMMIT']];
        const failed = ['INSERT', 'ROLLBACK'];
        expect(statements).toEqual([begin, 'INSERT', ...failed, ...alone, begin, ...failed, ...alone]);
        expect(await read()).toEqual(['b', 'c']);
      });

      test('are run again, each by itself, where their commit fails', async () => {
        onStatement = (sql) => {
          if (sql !== 'COMMIT') return;
          onStatement = () => undefined;
          throw new Error('not this one');
        };
        expect(await Promise.all([add('b'), add('c')])).toEqual(['b', 'c']);
        expect(statements.filter((sql) => sql === 'COMMIT')).toHaveLength(3);
        expect(await read()).toEqual(['b', 'c']);
      });

      test('are refused, and nothing of them is kept, where the disk is full', async () => {
        await database.transaction(async (tx) => {
          const [row] = await tx.all<{ page_count: number }>('PRAGMA page_count');
          await tx.all(`PRAGMA max_page_count = ${(row?.page_count ?? 0) + 1}`);
        });
        const outcomes = await Promise.allSettled([add('b'), add('x'.repeat(100_000)), add('c')]);
        expect(
          outcomes.map((outcome) => outcome.status === 'rejected' && (outcome.reason as unknown)),
        ).toEqual(outcomes.map(() => expect.any(DatabaseUnavailableError) as unknown));
        expect(await read()).toEqual([]);
      });

      test('are committed before and behind one that fails, those behind it together, too', async () => {
        const outcomes = await Promise.allSettled(
          ['b', 'c', 'd', 'c', 'e', 'f'].map((blocked) => add(blocked)),
        );
        expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual([
          true,
          true,
          true,
          false,
          true,
          true,
        ]);
        expect(statements.filter((sql) => sql === 'COMMIT')).toHaveLength(2);
        expect(await read()).toEqual(['b', 'c', 'd', 'e', 'f']);
      });

      test('are parts of their own requests, with what they tell, and the commit is one of the first', async () => {
        const storage = new AsyncLocalStorage<string>();
        const found: unknown[] = [];
        onStatement = (sql) => {
          if (sql !== 'INSERT') found.push([sql, storage.getStore()]);
        };
        const ask = (userID: string): Promise<unknown> =>
          storage.run(userID, () =>
            database.transaction(async (tx) => {
              await tx.all('SELECT 1');
              tx.onCommit(() => found.push(['told', storage.getStore()]));
            }),
          );
        let asked: Promise<unknown>[] = [];
        await storage.run('zoe', () =>
          database.transaction(async () => {
            // While another one is under way.
            asked = ['ann', 'ben'].map(ask);
          }),
        );
        await Promise.all(asked);
        const [begin, select, commit, told] = ['BEGIN IMMEDIATE', 'SELECT 1', 'COMMIT', 'told'];
        expect(found).toEqual([
          ...[begin, commit].map((sql) => [sql, 'zoe']),
          ...[begin, select].map((sql) => [sql, 'ann']),
          [select, 'ben'],
          [commit, 'ann'],
          [told, 'ann'],
          [told, 'ben'],
        ]);
      });

      test('come into the file within a second or two, with those that waited meanwhile', async () => {
        // The file is looked after each second: then some of these are under way, and others wait.
        await delay(900);
        const slow = Array.from({ length: 8 }, (_, index) =>
          database.transaction(async (tx) => {
            await tx.all(insert, ['a', String(index), index]);
            const untilMs = performance.now() + 60;
            while (performance.now() < untilMs);
          }),
        );
        await Promise.all(slow);
        await delay(1_500);
        const copy = join(root, 'copy');
        mkdirSync(copy);
        // Without the log beside it.
        copyFileSync(join(folder, 'amicus.sqlite'), join(copy, 'amicus.sqlite'));
        await using alone = await openDatabase({ dataDir: copy, sqliteEngine });
        expect(await alone.reader.tuples(list)).toHaveLength(8);
      });
    });

    test('a transaction that SQLite has rolled back takes no more statements', async () => {
      await using database = await openDatabase({ dataDir: folder, sqliteEngine });
      const insert = 'INSERT INTO block (owner_id, blocked_id, created_at) VALUES ($1, $2, $3)';
      const careless = database.transaction(async (tx) => {
        await tx.all('ROLLBACK');
        await tx.all(insert, ['ann', 'ben', 1]);
      });
      await expect(careless).rejects.toThrow('The transaction was rolled back');
      expect(await database.reader.all('SELECT blocked_id FROM block')).toEqual([]);
    });

    test('folder and database are for their owner only', async () => {
      await using database = await openDatabase({ dataDir: folder, sqliteEngine });
      expect(database.dialect.name).toBe('sqlite');
      expect(statSync(folder).mode & 0o777).toBe(0o700);
      for (const file of ['amicus.sqlite', 'amicus.sqlite-wal']) {
        expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
      }
    });

    test('a second holder is refused at once, by name, until the first lets go', () => {
      const first = openDataFolder(folder, sqliteEngine);
      expect(() => openDataFolder(folder, sqliteEngine)).toThrow(DataFolderInUseError);
      expect(() => openDataFolder(folder, sqliteEngine)).toThrow(folder);
      first.release();
      first.release();
      openDataFolder(folder, sqliteEngine).release();
    });

    test('a second process is refused, and gets in when the first was killed', async () => {
      const database = await openDatabase({ dataDir: folder, sqliteEngine });
      await using refused = startHolder(sqliteEngine);
      expect(await refused.firstLine).toBe('DataFolderInUseError');
      await database.stop();

      const holder = startHolder(sqliteEngine);
      expect(await holder.firstLine).toBe('open');
      await expect(openDatabase({ dataDir: folder, sqliteEngine })).rejects.toThrow(DataFolderInUseError);
      await holder[Symbol.asyncDispose]();
      await using after = await openDatabase({ dataDir: folder, sqliteEngine });
      expect(await after.reader.all('SELECT owner_id FROM block')).toHaveLength(1);
    });

    test('a second process is refused, too, after another part of the first was', async () => {
      await using database = await openDatabase({ dataDir: folder, sqliteEngine });
      await expect(openDatabase({ dataDir: folder, sqliteEngine })).rejects.toThrow(DataFolderInUseError);
      await using refused = startHolder(sqliteEngine);
      expect(await refused.firstLine).toBe('DataFolderInUseError');
      expect(await database.reader.all('SELECT owner_id FROM block')).toEqual([]);
    });

    test('a data folder of a newer version is refused', async () => {
      await (await openDatabase({ dataDir: folder, sqliteEngine })).stop();
      const newer = await createSqliteWriter(join(folder, 'amicus.sqlite'), sqliteEngine).initialize();
      await newer.query(
        `INSERT INTO migrations (timestamp, name) VALUES (1999000000000, 'Later1999000000000')`,
      );
      await newer.destroy();
      await expect(openDatabase({ dataDir: folder, sqliteEngine })).rejects.toThrow(
        /does not know \(Later1999000000000\)/,
      );
      openDataFolder(folder, sqliteEngine).release();
    });

    test('a failed opening leaves the folder free', async () => {
      const Sqlite: SqliteModule = loadSqliteModule(sqliteEngine);
      openDataFolder(folder, sqliteEngine).release();
      const foreign = new Sqlite(join(folder, 'amicus.sqlite'));
      foreign.exec('CREATE TABLE "friend" (foreign_table integer)');
      foreign.close();
      await expect(openDatabase({ dataDir: folder, sqliteEngine })).rejects.toThrow('friend');
      openDataFolder(folder, sqliteEngine).release();
    });

    test('constraint errors carry their name', () => {
      openDataFolder(folder, sqliteEngine).release();
      const handle = new (loadSqliteModule(sqliteEngine))(join(folder, 'codes.sqlite'));
      handle.pragma('foreign_keys = ON');
      handle.exec(
        'CREATE TABLE p (id text PRIMARY KEY, u text UNIQUE, n text NOT NULL, c integer CHECK (c > 0), ' +
          "f text REFERENCES p (id)); INSERT INTO p VALUES ('a', 'a', '', 1, NULL)",
      );
      const codeOf = (values: string): string | null => {
        try {
          handle.prepare(`INSERT INTO p VALUES (${values})`).run();
          return null;
        } catch (error) {
          return findSqliteCode(error);
        }
      };
      expect(codeOf("'a', 'b', '', 1, NULL")).toBe('SQLITE_CONSTRAINT_PRIMARYKEY');
      expect(codeOf("'b', 'a', '', 1, NULL")).toBe('SQLITE_CONSTRAINT_UNIQUE');
      expect(codeOf("'b', 'b', NULL, 1, NULL")).toBe('SQLITE_CONSTRAINT_NOTNULL');
      expect(codeOf("'b', 'b', '', 0, NULL")).toBe('SQLITE_CONSTRAINT_CHECK');
      expect(codeOf("'b', 'b', '', 1, 'z'")).toBe('SQLITE_CONSTRAINT_FOREIGNKEY');
      expect(codeOf("'b', 'b', '', 1, 'a'")).toBeNull();
      handle.close();
      handle.close();
      const missing = join(root, 'missing.sqlite');
      expect(() => new (loadSqliteModule(sqliteEngine))(missing, { fileMustExist: true })).toThrow(
        'unable to open database file',
      );
    });

    test('a data folder of the first version is brought up, and loses nothing', async () => {
      openDataFolder(folder, sqliteEngine).release();
      const old = createSqliteWriter(join(folder, 'amicus.sqlite'), sqliteEngine);
      old.setOptions({ migrations: [Initial1764000000000] });
      await old.initialize();
      await old.runMigrations();
      await old.query(`INSERT INTO block (owner_id, blocked_id, created_at) VALUES ('a', 'b', 1)`);
      await old.query(
        `INSERT INTO event_stream (user_id, epoch, head, floor) VALUES ('b', 'x', 5, 2), ('a', 'y', 7, 3)`,
      );
      await old.destroy();
      await using database = await openDatabase({ dataDir: folder, sqliteEngine });
      expect(await database.reader.all('SELECT owner_id FROM block')).toEqual([{ owner_id: 'a' }]);
      expect(await database.reader.all('SELECT * FROM refusal')).toEqual([]);
      expect(await database.reader.all('SELECT * FROM event_stream ORDER BY user_id')).toEqual([
        { user_id: 'a', epoch: 'y', head: 7, floor: 3 },
        { user_id: 'b', epoch: 'x', head: 5, floor: 2 },
      ]);
    });

    test('a migrated database is what the entities say, and migrations run once', async () => {
      for (let round = 0; round < 2; round++) {
        await (await openDatabase({ dataDir: folder, sqliteEngine })).stop();
      }
      const dataSource = await createSqliteWriter(join(folder, 'amicus.sqlite'), sqliteEngine).initialize();
      try {
        const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
        expect(upQueries.map((query) => query.query)).toEqual([]);
        expect(dataSource.entityMetadatas.map((entity) => entity.tableName)).toHaveLength(entities.length);
        expect(await dataSource.query('SELECT name FROM migrations')).toHaveLength(migrations.length);
        expect(await dataSource.query('PRAGMA synchronous')).toEqual([
          expect.objectContaining({ synchronous: 2 }),
        ]);
        expect(await dataSource.query('PRAGMA journal_mode')).toEqual([
          expect.objectContaining({ journal_mode: 'wal' }),
        ]);
      } finally {
        await dataSource.destroy();
      }
    });
  });
}

/** Another process on this test's folder; disposing kills it, without a chance to tidy up. */
function startHolder(engine: SqliteEngine): AsyncDisposable & { readonly firstLine: Promise<string> } {
  const script = join(__dirname, 'support', 'hold-database.ts');
  const child: ChildProcess = spawn(process.execPath, [...RUN_TYPESCRIPT, script, folder, engine], {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: join(__dirname, '..'),
  });
  const exited = once(child, 'exit');
  const firstLine = new Promise<string>((resolve) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\n')) resolve(text.split('\n', 1)[0] ?? '');
    });
    child.once('exit', () => {
      resolve(text);
    });
  });
  return {
    firstLine,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
