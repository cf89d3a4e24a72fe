import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addFriend, createUsers } from './support/people';
import { type CommandOutcome, runCommand } from './support/run-command';
import { TestServer } from './support/server';
import type { Store } from './support/stores';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'amicus-'));
  file = join(folder, 'input.txt');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const run = (args: string[], input?: string, env: Record<string, string> = {}): Promise<CommandOutcome> =>
  runCommand(
    ['import', ...args],
    { AMICUS_DATA_DIR: join(folder, 'data'), AMICUS_LOG_LEVEL: 'silent', ...env },
    input,
  );

/** A ring of as many users and as many friendships. */
const toRing = (users: number): string =>
  Array.from({ length: users }, (_, index) => `u${index} u${(index + 1) % users}\n`).join('');

test('friendships are imported with exact counts, and importing again changes nothing', async () => {
  writeFileSync(file, `# a ring\n${toRing(4500)}`);
  expect(await run(['--edges', file])).toEqual({
    exitCode: 0,
    stdout: 'imported 4,500 friendships: 4,500 users created, 0 friendships already there, 0 lines skipped\n',
    // A line every five seconds, should it take that long.
    stderr: expect.stringMatching(/^(\S+: [\d,]+ lines, \d+%\n)*\S+: 4,501 lines, 100%\n$/) as string,
  });
  const again = await run(['--edges', file]);
  expect(again.stdout).toBe(
    'imported 0 friendships: 0 users created, 4,500 friendships already there, 0 lines skipped\n',
  );
});

test('standard input is read for -', async () => {
  expect(await run(['--edges', '-'], 'a b\r\nb,a')).toEqual({
    exitCode: 0,
    stdout: 'imported 1 friendship: 2 users created, 1 friendship already there, 0 lines skipped\n',
    stderr: 'stdin: 2 lines\n',
  });
});

test('a request that an imported friendship settles leaves its notes, whichever of the two comes first', async () => {
  const dataDir = join(folder, 'data');
  const store: Store = {
    name: 'SQLite',
    create: async () => ({ config: { dataDir }, drop: async () => undefined }),
  };
  const asking = await TestServer.start({ store });
  await createUsers(asking, ['a', 'b', 'c', 'd']);
  const words = { friendRemark: 'mine', friendGroup: 'g', addWording: 'hello', addSource: 'web' };
  await addFriend(asking, 'a', { ...words, userID: 'b' });
  await addFriend(asking, 'c', { ...words, userID: 'd' });
  await asking.stop();
  expect((await run(['--edges', '-'], 'a b\nd c\n')).stdout).toContain('imported 2 friendships');
  const server = await TestServer.start({ store });
  const list = `{ friendList { nodes { friendRemark friendGroups addWording addSource } }
    friendApplicationList { totalCount } }`;
  const lists = Object.fromEntries(
    await Promise.all(['a', 'b', 'c', 'd'].map(async (userID) => [userID, await server.call(userID, list)])),
  ) as unknown;
  await server.stop();
  const toLists = (friendRemark: string, friendGroups: string[]): object => ({
    friendList: {
      nodes: [{ friendRemark, friendGroups, addWording: 'hello', addSource: 'AddSource_Type_web' }],
    },
    friendApplicationList: { totalCount: 0 },
  });
  const [asked, said] = [toLists('', []), toLists('mine', ['g'])];
  expect(lists).toEqual({ a: said, b: asked, c: said, d: asked });
});

test('a wrong line is reported by name and skipped, the others are imported', async () => {
  writeFileSync(file, 'a b\nb b\nc\nd e\n');
  expect(await run(['--edges', file])).toEqual({
    exitCode: 0,
    stdout: 'imported 2 friendships: 4 users created, 0 friendships already there, 2 lines skipped\n',
    stderr:
      `${file}:2: a user cannot befriend itself\n` +
      `${file}:3: has 1 column, not 2\n` +
      `${file}: 4 lines, 100%\n`,
  });
});

test('a friendship for which one of the two has no room is reported and skipped, whichever of them it is', async () => {
  const outcome = await run(['--edges', '-'], 'a hub\nb hub\nc hub\nhub d\nc d\n', {
    AMICUS_LIMIT_FRIENDS: '2',
  });
  expect(outcome).toMatchObject({
    exitCode: 0,
    stdout: 'imported 3 friendships: 5 users created, 0 friendships already there, 2 lines skipped\n',
  });
  expect(outcome.stderr).toMatch(
    /^stdin:3: c and hub: PEER_FRIEND_LIMIT.*\nstdin:4: hub and d: FRIEND_LIMIT.*\n/,
  );
});

test('of many wrong lines twenty are named and the others counted', async () => {
  writeFileSync(file, `${'wrong\n'.repeat(25)}a b\n`);
  const { exitCode, stdout, stderr } = await run(['--edges', file]);
  expect(exitCode).toBe(0);
  expect(stdout).toContain(', 25 lines skipped\n');
  expect(stderr.match(/has 1 column/g)).toHaveLength(20);
  expect(stderr).toContain('… and 5 more lines skipped\n');
});

test('strict keeps nothing when a line is wrong, however late', async () => {
  writeFileSync(file, `${toRing(4500)}wrong\n`);
  expect(await run(['--edges', file, '--strict'])).toEqual({
    exitCode: 1,
    stdout: '',
    stderr: `amicus: ${file}:4501: has 1 column, not 2; nothing was imported\n`,
  });
  expect((await run(['--edges', '-', '--strict'], toRing(4500))).stdout).toBe(
    'imported 4,500 friendships: 4,500 users created, 0 friendships already there, 0 lines skipped\n',
  );
});

test('users are imported, and one that cannot be stored is reported with its line', async () => {
  const users = [{ userID: 'ann', nickName: 'Ann' }, { userID: 'a b' }, { userID: 'bob' }];
  writeFileSync(file, `\n${users.map((user) => JSON.stringify(user)).join('\n')}\n[]\n`);
  const { exitCode, stdout, stderr } = await run(['--users', file]);
  expect(exitCode).toBe(0);
  expect(stdout).toBe('imported 2 users: 2 created, 0 updated, 0 unchanged, 2 lines skipped\n');
  expect(stderr).toMatch(/^.*:3: .+\n.*:5: is not a JSON object\n/);

  writeFileSync(file, '{"userID":"ann","nickName":"Anna"}\n{"userID":"bob"}\n');
  expect((await run(['--users', file])).stdout).toBe(
    'imported 2 users: 0 created, 1 updated, 1 unchanged, 0 lines skipped\n',
  );
});

test('a file that is not there is told before anything is made', async () => {
  const missing = await run(['--edges', file]);
  expect(missing).toEqual({
    exitCode: 1,
    stdout: '',
    stderr: `amicus: cannot read ${file}: there is no such file\n`,
  });
  expect((await run(['--edges', folder])).stderr).toBe(`amicus: cannot read ${folder}: it is a folder\n`);
  expect(existsSync(join(folder, 'data'))).toBe(false);
});
