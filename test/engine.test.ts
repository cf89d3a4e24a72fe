import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataFolderInUseError, openDataFolder } from '../src/database/data-folder';
import { Initial1764000000000 } from '../src/database/migrations/1-initial.migration';
import { openDatabase } from '../src/database/open-database';
import { entities, migrations } from '../src/database/schema';
import { createSqliteWriter } from '../src/database/sqlite-data-source';
import { findSqliteCode, type SqliteModule } from '../src/database/sqlite-driver';
import { loadSqliteModule, type SqliteEngine } from '../src/database/sqlite-module';
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
      await old.destroy();
      await using database = await openDatabase({ dataDir: folder, sqliteEngine });
      expect(await database.reader.all('SELECT owner_id FROM block')).toEqual([{ owner_id: 'a' }]);
      expect(await database.reader.all('SELECT * FROM refusal')).toEqual([]);
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
