import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import files from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDataFolder } from '../src/database/data-folder';
import { openDatabase } from '../src/database/open-database';
import { requireEventPlace, toEventCursor } from '../src/events/event-cursor';
import { TestListener } from './support/listener';
import { LISTS, toLists, type Lists, type ListsAnswer } from './support/lists';
import { befriend } from './support/people';
import { Place } from './support/place';
import { applyEvent, toComparable, toCopy } from './support/replay';
import { RUN_TYPESCRIPT } from './support/run-typescript';
import { toEnvironment } from './support/seeded-store';
import type { TestServer } from './support/server';
import { describeOnStores, sqlite } from './support/stores';

const POSITION = '{ friendshipEventPosition }';

let folder: string;
let place: Place;
const file = (name: string): string => join(folder, name);
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'amicus-backup-'));
  place = await Place.create(sqlite);
});
afterEach(async () => {
  await place.drop();
  rmSync(folder, { recursive: true });
});

const createGroup = (server: TestServer, name: string): Promise<unknown> =>
  server.call(
    'ann',
    'mutation ($name: String!) { createFriendGroup(name: $name, userIDs: ["ben"]) { resultCode } }',
    {
      name,
    },
  );
const deleteGroup = (server: TestServer, name: string): Promise<unknown> =>
  server.call('ann', 'mutation ($names: [String!]!) { deleteFriendGroups(names: $names) }', {
    names: [name],
  });
const loadLists = async (server: TestServer): Promise<Lists> =>
  toLists(await server.call<ListsAnswer>('ann', LISTS, { others: ['ben'] }));
const loadPosition = async (server: TestServer): Promise<{ epoch: string; seq: number }> => {
  const { friendshipEventPosition } = await server.call<{ friendshipEventPosition: string }>('ann', POSITION);
  return requireEventPlace('ann', friendshipEventPosition);
};

/** A database with something in it. */
async function prepare(): Promise<void> {
  const server = await place.serve();
  await befriend(server, 'ann', 'ben');
  await server.stop();
}

/** A command in a process of its own, as an operator runs it. */
async function runOutside(args: string[], nodeOptions: string[] = []): Promise<unknown> {
  const main = join(__dirname, '../src/main.ts');
  const child = spawn(process.execPath, [...nodeOptions, ...RUN_TYPESCRIPT, main, ...args], {
    cwd: join(__dirname, '..'),
    env: { PATH: process.env['PATH'], ...toEnvironment(place.config) },
  });
  return (await once(child, 'exit'))[0];
}

describe('a backup of the embedded database', () => {
  it('is one state of it, taken beside a server whose writers go on', async () => {
    await prepare();
    await addBulk(place);
    const server = await place.serve();
    const base = await loadLists(server);
    const { seq } = await loadPosition(server);
    let isOver = false;
    let written = 0;
    const write = async (): Promise<void> => {
      for (; !isOver; written++) {
        await createGroup(server, `g ${written}`);
        if (written > 20) await deleteGroup(server, `g ${written - 20}`);
      }
    };
    const writing = write();
    expect(await runOutside(['backup', file('backup')])).toBe(0);
    isOver = true;
    await writing;
    const last = await loadPosition(server);
    await server.stop();

    const restored = await Place.create(sqlite);
    expect(await restored.do('restore', file('backup'))).toContain('restored');
    const after = await restored.serve();
    const lists = await loadLists(after);
    const end = await loadPosition(after);
    // Something was written before the moment of the backup, and something behind it.
    expect(end.seq).toBeGreaterThan(seq);
    expect(end.seq).toBeLessThan(last.seq);
    const copy = toCopy(base);
    const { listener, opened } = await TestListener.open(after, 'ann', {
      after: toEventCursor('ann', { epoch: end.epoch, seq }),
    });
    expect(opened).toMatchObject({ recovered: true, seq });
    for (const event of await listener.take(end.seq - seq)) applyEvent(copy, event);
    expect(toComparable(copy)).toEqual(toComparable(toCopy(lists)));
    await listener.stop();
    await after.stop();
    await restored.drop();
  }, 60_000);

  it('is one file, its owner’s alone, with nothing left beside it', async () => {
    await prepare();
    expect(await place.do('backup', file('backup'))).toMatch(
      /^backed up to .*; rows: .* 2 friend, .* 3 user\n$/,
    );
    expect(readdirSync(folder)).toEqual(['backup']);
    expect(statSync(file('backup')).mode & 0o777).toBe(0o600);
    // The secret that signs tokens is not in it.
    expect(readFileSync(file('backup')).includes('jwt')).toBe(false);
  });

  it('replaces no file, unless that is asked for', async () => {
    await prepare();
    writeFileSync(file('backup'), 'mine');
    const refused = await place.run(['backup', file('backup')]);
    expect(refused).toMatchObject({ exitCode: 1, stdout: '' });
    expect(refused.stderr).toMatch(/^amicus: .*backup is there already: .*--overwrite\.\n$/);
    expect(readFileSync(file('backup'), 'utf8')).toBe('mine');
    await place.do('backup', '--overwrite', file('backup'));
    expect(statSync(file('backup')).size).toBeGreaterThan(10_000);
    expect(readdirSync(folder)).toEqual(['backup']);
  });

  it.each(['backup', 'export'])(
    'goes where a link leads, and never replaces a folder or a pipe (%s)',
    async (command) => {
      await prepare();
      writeFileSync(file('target'), 'old');
      symlinkSync(file('target'), file('link'));
      execFileSync('mkfifo', [file('pipe')]);
      mkdirSync(file('folder'));
      await place.do(command, '--overwrite', file('link'));
      expect(lstatSync(file('link')).isSymbolicLink()).toBe(true);
      expect(statSync(file('target')).size).toBeGreaterThan(1_000);
      for (const name of ['folder', 'pipe']) {
        const refused = await place.run([command, '--overwrite', file(name)]);
        expect([refused.exitCode, refused.stdout]).toEqual([1, '']);
        expect(refused.stderr).toMatch(/^amicus: .* is no file: give another name\.\n$/);
        expect((await place.run([command, file(name)])).stderr).toMatch(/ is there already: /);
      }
      expect(readdirSync(folder).sort()).toEqual(['folder', 'link', 'pipe', 'target']);
    },
  );

  it.each(['backup', 'export'])('never takes the place of the database (%s)', async (command) => {
    await prepare();
    const server = await place.serve();
    const dataDir = place.config.dataDir ?? '';
    const refused = await place.run([command, '--overwrite', join(dataDir, '.', 'amicus.sqlite')]);
    expect([refused.exitCode, refused.stdout]).toEqual([1, '']);
    expect(refused.stderr).toMatch(/^amicus: .*amicus\.sqlite is the database itself: give another name\n$/);
    for (const name of ['amicus.sqlite-wal', 'amicus.lock'])
      expect((await place.run([command, '--overwrite', join(dataDir, name)])).stderr).toMatch(
        / is a part of the data folder: give another name\n$/,
      );
    await createGroup(server, 'kept');
    await server.stop();
    expect(readdirSync(dataDir).sort()).toEqual(['amicus.lock', 'amicus.sqlite']);
    const after = await place.serve();
    expect(await after.call('ann', '{ friendGroups { name } }')).toEqual({
      friendGroups: [{ name: 'kept' }],
    });
    await after.stop();
  });

  it.each([
    ['backup', '', 'the file needs a name'],
    ['export', '', 'the file needs a name'],
    ['backup', '-', 'a backup cannot go to standard output: give the name of a file'],
    ['export', join('missing', 'file'), 'there is no folder missing'],
  ])('has to have a place (%s %j)', async (command, path, problem) => {
    await prepare();
    expect(await place.run([command, path])).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: `amicus: ${problem}\n`,
    });
  });

  it('is refused where there is no database, and leaves nothing', async () => {
    const { exitCode, stderr } = await place.run(['backup', file('backup')]);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^amicus: There is no database at .*amicus\.sqlite\.\n$/);
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    [
      'a stream lacks an event',
      `DELETE FROM event WHERE user_id = 'ann'`,
      'the stream of ann lacks an event',
    ],
    [
      'it is of a newer version',
      `INSERT INTO migrations (timestamp, name) VALUES (9999999999999, 'Future9999999999999')`,
      'does not know (Future9999999999999)',
    ],
  ])('is refused when %s', async (_title, spoil, message) => {
    await prepare();
    await using database = await openDatabase({ dataDir: place.config.dataDir ?? '' });
    await database.transaction((tx) => tx.all(spoil));
    const { stderr } = await place.run(['backup', file('backup')]);
    expect(stderr).toContain(message);
    // Not by the name of the copy, which is gone.
    expect(stderr).toMatch(/^amicus: \S*amicus\.sqlite /);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('a restore', () => {
  it('tells clients from the lost future to read again, and then they are right', async () => {
    const before = await place.serve();
    await befriend(before, 'ann', 'ben');
    await createGroup(before, 'kept');
    await place.do('backup', file('backup'));
    const { listener } = await TestListener.open(before, 'ann');
    await createGroup(before, 'lost');
    const { cursor } = await listener.next();
    await listener.stop();
    await before.stop();

    expect(await place.do('restore', '--replace', file('backup'))).toMatch(
      /that was there is now .*replaced/,
    );
    const after = await place.serve();
    // The number that the client knows is given to another event by now.
    await createGroup(after, 'other');
    const resumed = await TestListener.open(after, 'ann', { after: cursor });
    expect(resumed.opened).toMatchObject({ recovered: false, reason: 'OTHER_EPOCH' });
    const copy = toCopy(await loadLists(after));
    await createGroup(after, 'new');
    applyEvent(copy, await resumed.listener.next());
    expect([...copy.groups.keys()].sort()).toEqual(['kept', 'new', 'other']);
    expect(toComparable(copy)).toEqual(toComparable(toCopy(await loadLists(after))));
    const again = await TestListener.open(after, 'ann', { after: resumed.opened.cursor });
    expect(again.opened).toMatchObject({ recovered: true });
    await again.listener.stop();
    await resumed.listener.stop();
    await after.stop();
  });

  it('refuses a folder with a database, and keeps the old one aside when told to replace it', async () => {
    await prepare();
    await place.do('backup', file('backup'));
    const dataDir = place.config.dataDir ?? '';
    const old = await place.run(['export', '-']);
    const refused = await place.run(['restore', file('backup')]);
    expect(refused).toMatchObject({ exitCode: 1, stdout: '' });
    expect(refused.stderr).toMatch(/^amicus: There is a database at .* already: --replace .*\n$/);
    // What a server that was killed leaves: its last commits are in the log.
    writeFileSync(join(dataDir, 'amicus.sqlite-wal'), 'the log');
    const aside = /is now (.*)\n/.exec(await place.do('restore', '--replace', file('backup')))?.[1] ?? '';
    expect(readFileSync(`${aside}-wal`, 'utf8')).toBe('the log');
    expect(readdirSync(dataDir).filter((name) => name.includes('restoring'))).toEqual([]);
    expect(statSync(join(dataDir, 'amicus.sqlite')).mode & 0o777).toBe(0o600);
    const restored = await place.run(['export', '-']);
    const withoutEpochs = (text: string): string[] =>
      text.split('\n').filter((line) => !/event_stream|digest/.test(line));
    expect(withoutEpochs(restored.stdout)).toEqual(withoutEpochs(old.stdout));
    rmSync(`${aside}-wal`);
    expect(statSync(aside).size).toBeGreaterThan(10_000);
  });

  /** The data folder as a server leaves it that is killed: its last commit, the nick "last", is in the log only. */
  async function leaveAsKilled(): Promise<void> {
    const dataDir = place.config.dataDir ?? '';
    const database = await openDatabase({ dataDir });
    await database.transaction((tx) => tx.all(`UPDATE "user" SET nick_name = 'last'`));
    for (const ending of ['', '-wal'])
      copyFileSync(join(dataDir, `amicus.sqlite${ending}`), file(`killed${ending}`));
    await database.stop();
    for (const ending of ['', '-wal'])
      renameSync(file(`killed${ending}`), join(dataDir, `amicus.sqlite${ending}`));
  }

  it('brings back what was kept aside of a server that was killed', async () => {
    await prepare();
    await place.do('backup', file('backup'));
    await leaveAsKilled();
    const aside = /is now (.*)\n/.exec(await place.do('restore', '--replace', file('backup')))?.[1] ?? '';
    expect((await place.run(['export', '-'])).stdout).not.toContain('last');
    await place.do('restore', '--replace', aside);
    expect((await place.run(['export', '-'])).stdout).toContain('last');
  });

  it('that is killed before the backup is in its place leaves the old database whole, its log included', async () => {
    await prepare();
    await place.do('backup', file('backup'));
    await leaveAsKilled();
    const dataDir = place.config.dataDir ?? '';
    writeFileSync(
      file('kill.cjs'),
      `const files = require('node:fs/promises');
       files.rename = () => process.kill(process.pid, 'SIGKILL');
       require('node:module').syncBuiltinESMExports();`,
    );
    const killed = runOutside(['restore', '--replace', file('backup')], ['-r', file('kill.cjs')]);
    expect(await killed).toBe(null);
    const names = readdirSync(dataDir).filter((name) => name.includes('replaced'));
    expect(names).toHaveLength(2);
    expect((await place.run(['export', '-'])).stdout).toContain('last');
  });

  it('refuses a folder that a server has', async () => {
    await prepare();
    await place.do('backup', file('backup'));
    const taken = openDataFolder(place.config.dataDir ?? '');
    const { exitCode, stderr } = await place.run(['restore', '--replace', file('backup')]);
    taken.release();
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^amicus: The data folder .* is in use by another Amicus server.*\n$/);
  });

  it.each([
    ['is not there', null, /^amicus: There is no database at .*backup\.\n$/],
    ['is none', () => Buffer.from('no database, no database, no database'), /is not a database of Amicus/],
    ['breaks off', (whole: Buffer) => whole.subarray(0, whole.length - 8_192), /backup is damaged: /],
    ['is damaged', (whole: Buffer) => Buffer.from(whole).fill(7, 20_000, 60_000), /backup is damaged: /],
  ])('of a backup that %s changes nothing', async (_title, spoil, message) => {
    await prepare();
    await place.do('backup', file('backup'));
    if (spoil === null) rmSync(file('backup'));
    else writeFileSync(file('backup'), spoil(readFileSync(file('backup'))));
    const empty = { ...toEnvironment(place.config), AMICUS_DATA_DIR: file('new') };
    const { exitCode, stdout, stderr } = await place.run(['restore', file('backup')], '', empty);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toMatch(message);
    expect(existsSync(file('new'))).toBe(false);
  });
});

test('a folder is no backup, and no database to make one of', async () => {
  expect((await place.run(['restore', folder])).stderr).toBe(
    `amicus: ${folder} is a folder and not a database.\n`,
  );
  mkdirSync(join(place.config.dataDir ?? '', 'amicus.sqlite'), { recursive: true });
  for (const command of ['backup', 'export'])
    expect((await place.run([command, file('new')])).stderr).toMatch(/sqlite is a folder and not a database/);
  expect(readdirSync(folder)).toEqual([]);
});

describeOnStores('amicus new-epoch', (store) => {
  it('makes clients with any cursor read again, those who are connected too', async () => {
    const other = await Place.create(store);
    let server = await other.serve();
    await befriend(server, 'ann', 'ben');
    const { listener, opened } = await TestListener.open(server, 'ann');
    if (store.name === 'SQLite') await server.stop();
    await other.do('new-epoch');
    if (store.name === 'SQLite') server = await other.serve();
    await createGroup(server, 'g');
    await expect(listener.next()).rejects.toThrow();
    const again = await TestListener.open(server, 'ann', { after: opened.cursor });
    expect(again.opened).toMatchObject({ recovered: false, reason: 'OTHER_EPOCH', seq: opened.seq + 1 });
    await again.listener.stop();
    await listener.stop();
    await server.stop();
    await other.drop();
  });
});

test.each(['backup', 'restore'])('amicus %s says what to do for PostgreSQL', async (command) => {
  const env = { AMICUS_DATABASE_URL: 'postgres://amicus@127.0.0.1:1/amicus' };
  const { exitCode, stdout, stderr } = await place.run([command, file('backup')], '', env);
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  expect(stderr).toMatch(/^amicus: the data is in PostgreSQL: .*amicus new-epoch.*\n$/);
});

describe('where a file has but one name, as on FAT', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('a backup is made all the same, replaces no file, and is restored with the old database kept aside', async () => {
    await prepare();
    jest.spyOn(files, 'link').mockImplementation(async () => {
      throw Object.assign(new Error('operation not permitted, link'), { code: 'EPERM' });
    });
    await place.do('backup', file('backup'));
    expect(readdirSync(folder)).toEqual(['backup']);
    expect(statSync(file('backup')).mode & 0o777).toBe(0o600);
    expect((await place.run(['backup', file('backup')])).stderr).toMatch(/ is there already: /);
    const old = readFileSync(join(place.config.dataDir ?? '', 'amicus.sqlite'));
    const aside = /is now (.*)\n/.exec(await place.do('restore', '--replace', file('backup')))?.[1] ?? '';
    expect(readFileSync(aside)).toEqual(old);
    expect(statSync(aside).mode & 0o777).toBe(0o600);
  });

  it('a file that somebody else has made meanwhile stays', async () => {
    await prepare();
    jest.spyOn(files, 'link').mockImplementation(async () => {
      writeFileSync(file('backup'), 'mine');
      throw Object.assign(new Error('not supported, link'), { code: 'ENOTSUP' });
    });
    expect((await place.run(['backup', file('backup')])).stderr).toMatch(/ is there already: /);
    expect(readFileSync(file('backup'), 'utf8')).toBe('mine');
    expect(readdirSync(folder)).toEqual(['backup']);
  });
});

/** Enough that a copy takes several steps. */
async function addBulk({ config }: Place): Promise<void> {
  await using database = await openDatabase({ dataDir: config.dataDir ?? '' });
  await database.transaction((tx) =>
    tx.all(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40000)
      INSERT INTO "user" SELECT 'bulk' || i, '', '', printf('%.500c', 'x'), 'UNKNOWN', 0, 'ALLOW_ANY', 'NONE', 0, 0, '[]', 0, 0 FROM n`),
  );
}
