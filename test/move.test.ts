import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { defaultPostgresConfig } from '../src/database/postgres-config';
import { tables } from '../src/database/tables';
import { addUnfinished, liveFully } from './support/full-life';
import { LISTS, type ListsAnswer } from './support/lists';
import { TestListener } from './support/listener';
import { Place } from './support/place';
import { describeOnStores, type Store, stores } from './support/stores';

/** To every engine that this machine has, from each. */
describeOnStores('everything that was exported', (store) => {
  const file = (name: string): string => join(folder, name);
  let folder: string;
  let from: Place;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'amicus-move-'));
    from = await Place.create(store);
    const server = await from.serve();
    await liveFully(server).finally(() => server.stop());
    await addUnfinished(from);
    await from.do('export', file('export.jsonl'));
  });
  afterAll(async () => {
    await from.drop();
    rmSync(folder, { recursive: true });
  });

  const withPlace = async (target: Store, use: (place: Place) => Promise<void>): Promise<void> => {
    const place = await Place.create(target);
    await use(place).finally(() => place.drop());
  };
  const readExported = (): string[] => readFileSync(file('export.jsonl'), 'utf8').split('\n').slice(0, -1);

  it('has rows of every kind, and is its owner’s alone', () => {
    const footer = JSON.parse(readExported().at(-1) ?? '') as { rows: Record<string, number> };
    expect(Object.keys(footer.rows)).toEqual(tables.map(({ name }) => name));
    expect(Object.entries(footer.rows).filter(([, count]) => count === 0)).toEqual([]);
    expect(statSync(file('export.jsonl')).mode & 0o777).toBe(0o600);
  });

  it.each(stores)('is the same, to the byte, when it comes out of $name again', (target) =>
    withPlace(target, async (place) => {
      expect(await place.do('import', '--all', file('export.jsonl'))).toMatch(
        // Tokens that were revoked, under whose ids there are rows too, are no users.
        /^imported and compared 7 users; rows: 7 user, .*\b3 revocation\b.*\n$/,
      );
      const outcome = await place.run(['export', '-']);
      expect(outcome.stdout.split('\n').slice(0, -1)).toEqual(readExported());
    }),
  );

  it.each(stores)('lets clients keep their cursors: from here to $name', (target) =>
    withPlace(target, async (place) => {
      const source = await Place.create(store);
      const before = await source.serve();
      await liveFully(before);
      const { listener, opened } = await TestListener.open(before, 'ann');
      await before.call('ben', 'mutation { setSelfInfo(input: { nickName: "Ben" }) { id } }');
      const seen = await listener.next();
      expect(seen.seq).toBe(opened.seq + 1);
      await listener.stop();
      // Nobody listens to these.
      for (const name of ['x', 'y'])
        await before.call('ann', `mutation { createFriendGroup(name: "${name}") { resultCode } }`);
      const lists = await before.call<ListsAnswer>('ann', LISTS, { others: ['ann'] });
      await before.stop();

      const moved = await source.run(['export', '-']);
      await source.drop();
      expect(await place.run(['import', '--all', '-'], moved.stdout)).toMatchObject({ exitCode: 0 });

      const after = await place.serve();
      const resumed = await TestListener.open(after, 'ann', { after: seen.cursor });
      expect(resumed.opened).toMatchObject({ recovered: true, reason: null, seq: seen.seq });
      const missed = await resumed.listener.take(2);
      expect(missed.map(({ seq, type }) => [seq, type])).toEqual([
        [seen.seq + 1, 'FRIEND_GROUP_CREATED'],
        [seen.seq + 2, 'FRIEND_GROUP_CREATED'],
      ]);
      expect(await after.call<ListsAnswer>('ann', LISTS, { others: ['ann'] })).toEqual(lists);
      await after.call('ann', 'mutation { createFriendGroup(name: "z") { resultCode } }');
      expect(await resumed.listener.next()).toMatchObject({ seq: seen.seq + 3, groupName: 'z' });
      expect(await resumed.listener.drain()).toEqual([]);
      await resumed.listener.stop();
      await after.stop();
    }),
  );

  describe('is refused as a whole', () => {
    let place: Place;
    beforeAll(async () => {
      place = await Place.create(store);
    });
    afterAll(() => place.drop());

    const tamper = (change: (lines: string[]) => string[]): string =>
      `${change(readExported()).join('\n')}\n`;
    const replaceIn = (start: string, what: string | RegExp, by: string) => (lines: string[]) =>
      lines.map((line) => (line.startsWith(start) ? line.replace(what, by) : line));

    it.each<[string, (lines: string[]) => string[], RegExp]>([
      [
        'a value is another one',
        replaceIn('["friend","ann","eve"', 'it', 'IT'),
        /what was stored of ann is not/,
      ],
      [
        'a number is another one',
        replaceIn('["event_stream","cho"', ',0]', ',1]'),
        /what was stored of cho is not/,
      ],
      [
        'a digest is another one',
        replaceIn('{"user":"dan"', /.{3}"}$/, '000"}'),
        /what was stored of dan is not/,
      ],
      [
        'a row is missing',
        (lines) => lines.filter((line) => !line.startsWith('["block"')),
        /stored of ann is not/,
      ],
      ['a row has another owner', replaceIn('["event","dan"', 'dan', 'zed'), /stored of dan is not/],
      [
        'a row has no owner',
        (lines) => lines.toSpliced(-1, 0, '["block","😀zed","ann",1]'),
        /does not agree with/,
      ],
      [
        'a user is missing',
        (lines) => lines.filter((line) => !line.includes('"eve"')),
        /stored of ann is not/,
      ],
      [
        'a count is another one',
        replaceIn('{"end"', '"block":1', '"block":2'),
        /does not agree with what was stored/,
      ],
      [
        'a row comes twice',
        (lines) => lines.flatMap((line) => (line.startsWith('["block","ann"') ? [line, line] : [line])),
        /^amicus: stdin:\d+: has a row of ann for the second time; nothing was imported\n$/,
      ],
      ['users are out of order', toUnordered, /: ann is not in the order of the users/],
      ['the end is missing', (lines) => lines.slice(0, -1), /stdin breaks off before its end/],
      ['something follows', (lines) => [...lines, '{}'], /follows the end/],
      [
        'a line is something else',
        (lines) => lines.toSpliced(3, 0, '["friend","ann"]'),
        /:4: is not a line of an/,
      ],
      [
        'a value is of another type',
        replaceIn('["event_stream","cho"', ',0]', ',"0"]'),
        /is not a line of an/,
      ],
      [
        'a moment is of no year that can be shown',
        replaceIn('["block","ann"', /\d+\]/, '253402300800000]'),
        /:\d+: is not a line of an/,
      ],
      [
        'a number has more than 32 bits',
        replaceIn('["event_stream","cho"', ',0]', ',2147483648]'),
        /:\d+: is not a line of an/,
      ],
      ['it is of another schema', replaceIn('{"amicus"', 'Initial', 'Other'), /another schema \(Other\d+,/],
      ['it is of another format', replaceIn('{"amicus"', '"version":1', '"version":2'), /has format 2/],
      ['it is no export', () => ['{"userID":"ann"}'], /stdin is not an export of Amicus/],
    ])('when %s', async (_title, change, message) => {
      const { exitCode, stdout, stderr } = await place.run(['import', '--all', '-'], tamper(change));
      expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
      expect(stderr).toMatch(message);
      expect((await place.run(['export', '-'])).stdout).toContain('"users":0');
    });

    it('when it is empty', async () => {
      expect((await place.run(['import', '--all', '-'], '')).stderr).toContain('stdin is not an export');
    });

    it('when the database is not empty, which stays as it is', async () => {
      const before = await from.run(['export', '-']);
      const { exitCode, stderr } = await from.run(['import', '--all', file('export.jsonl')]);
      expect({ exitCode, stderr }).toEqual({
        exitCode: 1,
        stderr: 'amicus: The database is not empty: there are rows in user. Give an empty one.\n',
      });
      expect((await from.run(['export', '-'])).stdout).toBe(before.stdout);
    });
  });

  it('is not written over a file that is there, unless that is asked for', async () => {
    writeFileSync(file('there'), 'mine');
    expect(await from.run(['export', file('there')])).toMatchObject({ exitCode: 1, stdout: '' });
    expect(readFileSync(file('there'), 'utf8')).toBe('mine');
    await from.do('export', '--overwrite', file('there'));
    expect(readFileSync(file('there'))).toEqual(readFileSync(file('export.jsonl')));
  });
});

const postgres = stores.find(({ name }) => name === 'PostgreSQL');
/** Beside everything else: these do nothing for most of their time. */
const whileTheyWait = postgres === undefined ? test.skip : test.concurrent;

whileTheyWait(
  'friendships that come slowly are imported all the same, as one transaction',
  async () => {
    if (postgres === undefined) return;
    const place = await Place.create(postgres);
    const slowly = async function* (): AsyncGenerator<Buffer> {
      // More than one batch, so that the transaction has begun.
      for (let count = 0; count < 2_100; count++) yield Buffer.from(`a${count} b${count}\n`);
      await delay(defaultPostgresConfig.databaseIdleInTransactionTimeoutMs + 1_000);
      yield Buffer.from('ann ben\n');
    };
    const args = ['import', '--edges', '-', '--strict'];
    expect(await place.run(args, Readable.from(slowly()))).toMatchObject({ exitCode: 0 });
    await place.drop();
  },
  60_000,
);

whileTheyWait(
  'an export that comes slowly is imported all the same, though no server may be idle in a transaction for that long',
  async () => {
    if (postgres === undefined) return;
    const place = await Place.create(postgres);
    const [header = '', footer = ''] = (await place.run(['export', '-'])).stdout.split('\n');
    const slowly = async function* (): AsyncGenerator<Buffer> {
      yield Buffer.from(`${header}\n`);
      await delay(defaultPostgresConfig.databaseIdleInTransactionTimeoutMs + 1_000);
      yield Buffer.from(`${footer}\n`);
    };
    expect(await place.run(['import', '--all', '-'], Readable.from(slowly()))).toMatchObject({ exitCode: 0 });
    await place.drop();
  },
  60_000,
);

whileTheyWait('of two imports at once into one empty database, the second is refused', async () => {
  if (postgres === undefined) return;
  const place = await Place.create(postgres);
  const [header = '', footer = ''] = (await place.run(['export', '-'])).stdout.split('\n');
  const second = async () => place.run(['import', '--all', '-'], `${header}\n${footer}\n`);
  let outcome: Awaited<ReturnType<typeof second>> | null = null;
  const first = async function* (): AsyncGenerator<Buffer> {
    yield Buffer.from(`${header}\n`);
    outcome = await second();
    yield Buffer.from(`${footer}\n`);
  };
  expect(await place.run(['import', '--all', '-'], Readable.from(first()))).toMatchObject({ exitCode: 0 });
  expect(outcome).toMatchObject({
    exitCode: 1,
    stderr: 'amicus: Another import into this database is under way: wait for its end.\n',
  });
  await place.drop();
});

/** The end of the first user stands behind those of all others. */
function toUnordered(lines: string[]): string[] {
  const index = lines.findIndex((line) => line.startsWith('{"user":"ann"'));
  return lines.toSpliced(index, 1).toSpliced(-1, 0, lines[index] ?? '');
}
