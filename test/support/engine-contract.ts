import type { Database, Queryable } from '../../src/database/sql';
import { findErrorCode } from '../../src/lib/system-error';

/** How one engine is opened for the contract: each call on a database of its own, emptied by `reset`. */
export interface EngineUnderTest {
  /** Opens the same database each time that it is called between two `reset`s. */
  open(onStatement?: (sql: string) => void): Promise<Database>;
  /** Takes the database of the finished test away. */
  reset(): Promise<void>;
  /** Of the error of a second row with the same key. */
  duplicateKeyCodes: readonly string[];
  /** Where nothing can be set on a connection, nothing keeps the reader from writing but its users. */
  readerMayWrite?: true;
}

/** Text that a careless JSON, SQL or placeholder layer would change. */
const NASTY = [
  '',
  'null',
  'true',
  '123',
  '1e3',
  '007',
  '{"a":1}',
  '[1]',
  '"quoted"',
  "it''s",
  "' OR 1=1 --",
  '$1 $2 ?',
  '$.name',
  '\\u0041 \\n',
  'line\nbreak\ttab',
  '😀 é e\u0301 中文',
  '\u2028',
  'x'.repeat(10_000),
];

const insertBlock = 'INSERT INTO block (owner_id, blocked_id, created_at) VALUES ($1, $2, $3)';
const listBlocks = 'SELECT blocked_id FROM block WHERE owner_id = $1 ORDER BY created_at, blocked_id';

/** What every implementation of `Database` keeps. */
export function describeEngine(name: string, engine: EngineUnderTest): void {
  describe(`database on ${name}`, () => {
    let database: Database;
    let statements: string[];
    beforeEach(async () => {
      statements = [];
      database = await engine.open((sql) => statements.push(sql));
    });

    afterEach(async () => {
      await database.stop();
      await engine.reset();
    });

    const block = (blocked: string, at: number): Promise<unknown> =>
      database.transaction((tx) => tx.all(insertBlock, ['a', blocked, at]));
    const blocks = async (): Promise<string[]> => {
      const rows = await database.reader.all<{ blocked_id: string }>(listBlocks, ['a']);
      return rows.map((row) => row.blocked_id);
    };

    test('values come back as they were given', async () => {
      const moment = 1_764_000_000_123;
      for (const [index, text] of NASTY.entries()) {
        await database.transaction((tx) => tx.all(insertBlock, ['a', text, moment + index]));
      }
      expect(await blocks()).toEqual(NASTY);
      const rows = await database.reader.all<{ created_at: number }>(
        'SELECT created_at FROM block WHERE blocked_id = $1',
        ['{"a":1}'],
      );
      expect(rows[0]?.created_at).toBe(moment + NASTY.indexOf('{"a":1}'));
      const [count] = await database.reader.all<{ total: number }>('SELECT count(*) AS total FROM block');
      expect(count?.total).toBe(NASTY.length);
    });

    test('null is kept, and rows are given by a writing statement only when it returns some', async () => {
      const insert = `INSERT INTO friend_application VALUES ($1, 'b', 'COME_IN', '', '', '', '', 1, $2)`;
      await database.transaction(async (tx) => {
        expect(await tx.all(insert, ['a', null])).toEqual([]);
        const returned = await tx.all(
          'DELETE FROM friend_application WHERE owner_id = $1 RETURNING read_at',
          ['a'],
        );
        expect(returned.map((row) => ({ ...(row as object) }))).toEqual([{ read_at: null }]);
      });
    });

    test('a placeholder may be repeated, reordered, and stand in quotes as text', async () => {
      const rows = await database.reader.all<Record<string, unknown>>(
        `SELECT CAST($2 AS text) AS second, CAST($1 AS text) AS first, CAST($2 AS text) AS again, '$1' AS "$3" -- $9`,
        ['one', 'two'],
      );
      expect({ ...rows[0] }).toEqual({ second: 'two', first: 'one', again: 'two', $3: '$1' });
    });

    test('rows come as lists of their columns where that is asked for, in a transaction too', async () => {
      await block('b', 1);
      await block('c', 2);
      const select =
        'SELECT blocked_id, created_at, NULL AS missing FROM block WHERE owner_id = $1 ORDER BY 1';
      const tuples = [
        ['b', 1, null],
        ['c', 2, null],
      ];
      const read = (from: Queryable) => from.tuples<[string, number, null]>(select, ['a']);
      expect(await read(database.reader)).toEqual(tuples);
      const objects = await database.reader.all<{ blocked_id: string }>(select, ['a']);
      expect(objects.map((row) => row.blocked_id)).toEqual(['b', 'c']);
      expect(await read(database.reader)).toEqual(tuples);
      expect(await database.transaction(read)).toEqual(tuples);
    });

    test('a statement with too few or too many values is refused', async () => {
      await expect(database.reader.all(listBlocks)).rejects.toThrow(/values|parameter/);
      await expect(database.reader.all(listBlocks, ['a', 'b'])).rejects.toThrow(/values|parameters/);
      // Not `toThrow`: an engine's errors may belong to the realm of another test file.
      await expect(database.reader.all('SELECT nonsense')).rejects.toHaveProperty('message');
    });

    test('the strings of a list are found as they are', async () => {
      const value = database.dialect.strings('$1');
      const all = await database.reader.all<{ value: string }>(`SELECT value FROM ${value} AS given`, [
        JSON.stringify(NASTY),
      ]);
      expect(all.map((row) => row.value)).toEqual(NASTY);
      await block('123', 1);
      await block('456', 2);
      const found = await database.reader.all<{ blocked_id: string }>(
        `SELECT blocked_id FROM block WHERE owner_id = $2 AND blocked_id IN ${value}`,
        [JSON.stringify(['123', 'null']), 'a'],
      );
      expect(found.map((row) => row.blocked_id)).toEqual(['123']);
      expect(await database.reader.all(`SELECT value FROM ${value} AS given`, ['[]'])).toEqual([]);
    });

    test('the lists of a statement agree on their order, which is that of the rows', async () => {
      for (const [place, text] of NASTY.entries()) await block(text, place);
      const { list } = database.dialect;
      const read = async (owner: string) => {
        const [row] = await database.reader.all<{ texts: string; places: string; nulls: string }>(
          `SELECT ${list('blocked_id')} AS texts, ${list('created_at')} AS places, ${list('nullif(blocked_id, blocked_id)')} AS nulls
            FROM (SELECT * FROM block WHERE owner_id = $1 ORDER BY created_at LIMIT 100) AS found`,
          [owner],
        );
        return [row?.texts, row?.places, row?.nulls].map((text) => JSON.parse(text ?? '') as unknown);
      };
      expect(await read('a')).toEqual([NASTY, [...NASTY.keys()], NASTY.map(() => null)]);
      expect(await read('nobody')).toEqual([[], [], []]);
    });

    test('rows of a list keep their order, text and types, and a missing property is null', async () => {
      const rows = database.dialect.rows('$1', { name: 'text', position: 'integer' });
      const given = NASTY.map((text, position) => ({ name: text, position }));
      const got = await database.reader.all<Record<string, unknown>>(`SELECT * FROM ${rows} AS given`, [
        JSON.stringify([...given, { other: 1 }, { name: null, position: null }]),
      ]);
      expect(got.map((row) => ({ ...row }))).toEqual([
        ...given,
        { name: null, position: null },
        { name: null, position: null },
      ]);
    });

    test('a second row with the same key is told from other errors', async () => {
      await block('b', 1);
      const error: unknown = await block('b', 2).catch((reason: unknown) => reason);
      expect(engine.duplicateKeyCodes).toContain(findErrorCode(error));
      const other: unknown = await database
        .transaction((tx) => tx.all(insertBlock, ['a', null, 1]))
        .catch((reason: unknown) => reason);
      expect(other).toHaveProperty('message');
      expect(engine.duplicateKeyCodes).not.toContain(findErrorCode(other));
    });

    test('work that rejects keeps nothing, tells nothing, and hands on its error', async () => {
      const facts: string[] = [];
      const failure = new Error('no');
      const failed = database.transaction(async (tx) => {
        tx.onCommit(() => facts.push('told'));
        await tx.all(insertBlock, ['a', 'b', 1]);
        throw failure;
      });
      await expect(failed).rejects.toBe(failure);
      expect(await blocks()).toEqual([]);
      await block('c', 1);
      expect(await blocks()).toEqual(['c']);
      expect(facts).toEqual([]);
    });

    test('transactions asked for together lose nothing of each other', async () => {
      await block('b', 0);
      const grow = 'UPDATE block SET created_at = created_at + 1 WHERE owner_id = $1 RETURNING created_at';
      const count = async (): Promise<number | undefined> =>
        database.transaction(async (tx) => {
          const [row] = await tx.all<{ created_at: number }>(grow, ['a']);
          await new Promise((resolve) => setImmediate(resolve));
          return row?.created_at;
        });
      const counted = await Promise.all(Array.from({ length: 20 }, count));
      expect(counted.sort((left, right) => (left ?? 0) - (right ?? 0))).toEqual(
        Array.from({ length: 20 }, (_, index) => index + 1),
      );
    });

    test('one transaction failing leaves its neighbours as they are', async () => {
      const outcomes = await Promise.allSettled([block('b', 1), block('b', 1), block('c', 3)]);
      expect(outcomes.map((outcome) => outcome.status).sort()).toEqual([
        'fulfilled',
        'fulfilled',
        'rejected',
      ]);
      expect(outcomes[2].status).toBe('fulfilled');
      expect(await blocks()).toEqual(['b', 'c']);
    });

    test('the reader sees what is committed, not what is under way, and waits for nobody', async () => {
      await database.transaction(async (tx) => {
        await tx.all(insertBlock, ['a', 'b', 1]);
        expect(await blocks()).toEqual([]);
        const [own] = await tx.all<{ blocked_id: string }>(listBlocks, ['a']);
        expect(own?.blocked_id).toBe('b');
      });
      expect(await blocks()).toEqual(['b']);
    });

    if (engine.readerMayWrite !== true)
      test('the reader cannot write', async () => {
        await expect(database.reader.all(insertBlock, ['a', 'b', 1])).rejects.toHaveProperty('message');
        expect(await blocks()).toEqual([]);
      });

    test('a snapshot shows one state, while neither it nor a writer waits for the other', async () => {
      const read = async (from: Queryable): Promise<string[]> => {
        const rows = await from.all<{ blocked_id: string }>(listBlocks, ['a']);
        return rows.map((row) => row.blocked_id);
      };
      await block('b', 1);
      await database.snapshot(async (from) => {
        expect(await read(from)).toEqual(['b']);
        await block('c', 2);
        expect(await blocks()).toEqual(['b', 'c']);
        expect(await read(from)).toEqual(['b']);
      });
      await database.transaction(async (tx) => {
        await tx.all(insertBlock, ['a', 'd', 3]);
        expect(await database.snapshot(read)).toEqual(['b', 'c']);
      });
      expect(await database.snapshot(read)).toEqual(['b', 'c', 'd']);
    });

    test('a snapshot cannot write', async () => {
      const writing = database.snapshot((from) => from.all(insertBlock, ['a', 'b', 1]));
      await expect(writing).rejects.toHaveProperty('message');
      expect(await blocks()).toEqual([]);
    });

    test('facts are told once, in order, after the commit, and one that throws hurts nobody', async () => {
      const warn = jest.spyOn(process, 'emitWarning').mockReturnValue();
      const facts: string[] = [];
      const result = await database.transaction(async (tx) => {
        tx.onCommit(() => facts.push(`first after ${statements.at(-1) ?? ''}`));
        tx.onCommit(() => {
          throw new Error('a fact that throws');
        });
        tx.onCommit(() => facts.push('third'));
        await tx.all(insertBlock, ['a', 'b', 1]);
        expect(facts).toEqual([]);
        return 'done';
      });
      expect(result).toBe('done');
      expect(facts).toEqual(['first after COMMIT', 'third']);
      expect(warn).toHaveBeenCalledTimes(1);
      expect(warn.mock.calls[0]?.[0]).toContain('a fact that throws');
      warn.mockRestore();
    });

    test('a statement after its transaction is refused', async () => {
      const tx = await database.transaction(async (own) => own);
      await expect(tx.all(insertBlock, ['a', 'b', 1])).rejects.toThrow('The transaction is over');
      expect(await blocks()).toEqual([]);
    });

    test('every statement is reported as it was written', async () => {
      await block('b', 1);
      await blocks();
      await block('b', 1).catch(() => undefined);
      const begin = expect.stringMatching(/^BEGIN/) as unknown;
      expect(statements).toEqual([begin, insertBlock, 'COMMIT', listBlocks, begin, insertBlock, 'ROLLBACK']);
    });

    test('nothing is lost when the database is opened again', async () => {
      await block('b', 1);
      await database.stop();
      database = await engine.open();
      expect(await blocks()).toEqual(['b']);
    });

    test('stop waits for snapshots under way, and refuses new ones', async () => {
      await block('b', 1);
      const stopping: Promise<void>[] = [];
      const reading = database.snapshot(async (from) => {
        await from.all(listBlocks, ['a']);
        stopping.push(database.stop());
        return (await from.all<{ blocked_id: string }>(listBlocks, ['a'])).map((row) => row.blocked_id);
      });
      expect(await reading).toEqual(['b']);
      await Promise.all(stopping);
      await expect(database.snapshot(async () => 'read')).rejects.toThrow('The database is stopped');
    });

    test('stop waits for transactions under way, refuses new ones, and may be called twice', async () => {
      const underWay = [block('b', 1), block('c', 2)];
      const stopping = [database.stop(), database.stop()];
      await expect(block('d', 3)).rejects.toThrow('The database is stopped');
      await Promise.all([...underWay, ...stopping]);
      await database.stop();
      await expect(blocks()).rejects.toThrow('The database is stopped');
      database = await engine.open();
      expect(await blocks()).toEqual(['b', 'c']);
    });
  });
}
