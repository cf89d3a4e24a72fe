import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openDataFolder } from '../src/database/data-folder';
import { enterByHttp } from './support/doors';
import { Nodes } from './support/nodes';
import { createUsers } from './support/people';
import { RawSocket } from './support/raw-socket';
import { type CommandOutcome, runCommand } from './support/run-command';
import { ADMIN } from './support/server';
import { findPostgres } from './support/stores';
import { signClaims, TOKEN_SECRET } from './support/tokens';

const MOMENT = /\d{4}-\d\d-\d\dT[\d:.]+Z/g;

describe('commands on the embedded database', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'amicus-'))));
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const run = async (...args: string[]): Promise<CommandOutcome> => {
    const outcome = await runCommand(args, { AMICUS_DATA_DIR: folder, AMICUS_LOG_LEVEL: 'silent' });
    return { ...outcome, stdout: outcome.stdout.replaceAll(MOMENT, 'MOMENT') };
  };
  const ok = (stdout: string): CommandOutcome => ({ exitCode: 0, stdout, stderr: '' });

  test.each([
    ['revoke', 'ann'],
    ['unrevoke', 'ann'],
    ['revocations'],
    ['audit'],
    ['export-user', 'ann'],
    ['new-epoch'],
  ])('%s makes no database in a wrong folder', async (...args) => {
    const { exitCode, stdout, stderr } = await run(...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toMatch(/^amicus: there is no database at \S+: set AMICUS_DATA_DIR to .*\n$/);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('tokens are revoked, listed and restored, and the audit log tells of it', async () => {
    await run('migrate');
    expect(await run('revoke', 'ann')).toEqual(ok('revoked the tokens of ann (MOMENT)\n'));
    expect(await run('revoke', '--token', 'x y')).toEqual(ok('revoked the token x y (MOMENT)\n'));
    const [token, user] = [
      '{"userID":null,"tokenID":"x y","revokedAt":"MOMENT"}\n',
      '{"userID":"ann","tokenID":null,"revokedAt":"MOMENT"}\n',
    ];
    expect(await run('revocations')).toEqual(ok(token + user));
    expect(await run('unrevoke', '--token', 'x y')).toEqual(ok('restored the token x y\n'));
    expect(await run('unrevoke', 'ann')).toEqual(ok('restored the tokens of ann\n'));
    expect(await run('unrevoke', 'ann')).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'amicus: nothing to take back, not revoked: the tokens of ann\n',
    });
    expect(await run('revocations')).toEqual(ok(''));
    const entries = async (...args: string[]): Promise<unknown[]> =>
      (await run('audit', ...args)).stdout
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as unknown);
    const log = await entries();
    expect(log).toHaveLength(5);
    expect(log.at(-1)).toMatchObject({
      actorID: 'command line',
      operation: 'revokeTokens',
      targets: ['ann'],
    });
    expect(await entries('--user', 'ann')).toHaveLength(3);
    expect(await entries('--user', 'bob')).toEqual([]);
  });

  test('a user is exported', async () => {
    await runCommand(
      ['import', '--edges', '-'],
      { AMICUS_DATA_DIR: folder, AMICUS_LOG_LEVEL: 'silent' },
      'ann bob',
    );
    const { stdout } = await run('export-user', 'ann');
    expect(JSON.parse(stdout)).toMatchObject({ version: 1, userID: 'ann', friends: [{ userID: 'bob' }] });
    expect(await run('export-user', 'eve')).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'amicus: there is no user eve\n',
    });
    expect((await run('audit')).stdout).toContain('"operation":"exportUser"');
  });

  test.each([
    [['revoke', 'ann'], 'mutation revokeTokens'],
    [['unrevoke', 'ann'], 'mutation restoreTokens'],
    [['revocations'], 'query revocations'],
    [['audit'], 'query auditLog'],
    [['export-user', 'ann'], 'query exportUser'],
  ])('%j beside a running server names what to ask it', async (args, operation) => {
    await run('migrate');
    const taken = openDataFolder(folder);
    const outcome = await run(...args);
    taken.release();
    expect(outcome).toMatchObject({ exitCode: 1, stdout: '' });
    expect(outcome.stderr).toMatch(/^amicus: a server works on the data folder .*\n$/);
    expect(outcome.stderr).toContain(`by the ${operation}, or stop it first`);
  });

  test.each([[['revoke']], [['unrevoke']], [['revoke', 'ann', '--token', 'x']], [['revoke', 'a b']]])(
    '%j is refused',
    async (args) => {
      expect(await run(...args)).toMatchObject({ exitCode: 2, stdout: '' });
    },
  );
});

(findPostgres() === null ? describe.skip : describe)('revoking on several servers of one database', () => {
  let nodes: Nodes;
  beforeAll(async () => {
    nodes = await Nodes.start({ config: { jwtSecret: TOKEN_SECRET, rateFailures: 0 } });
    await createUsers(nodes.one, ['ann', 'bob', 'eve']);
  });
  afterAll(() => nodes.stop());

  const open = (token: string): Promise<RawSocket> =>
    RawSocket.init(nodes.other, { authorization: `Bearer ${token}` });
  const CLOSED = { code: 4403, reason: 'The token was revoked' };

  test('the other servers close its sockets and refuse it', async () => {
    const [ann, bob] = [await signClaims({ sub: 'ann' }), await signClaims({ sub: 'bob', jti: 'b1' })];
    const [socket, other] = [await open(ann), await open(bob)];
    await nodes.one.call(ADMIN, 'mutation { revokeTokens(input: { userID: "ann" }) { id } }');
    expect(await enterByHttp(nodes.one, ann)).toContain('token revoked');
    expect(await socket.closed).toEqual(CLOSED);
    expect(await enterByHttp(nodes.other, ann)).toContain('token revoked');
    expect(await other.drain()).toEqual([]);
    await nodes.one.call(ADMIN, 'mutation { revokeTokens(input: { tokenID: "b1" }) { id } }');
    expect(await other.closed).toEqual(CLOSED);
    await nodes.one.call(ADMIN, 'mutation { restoreTokens(input: { tokenID: "b1" }) { id } }');
    expect(await enterByHttp(nodes.one, bob)).toBe('bob');
    while ((await enterByHttp(nodes.other, bob)) !== 'bob') await delay(20);
  });

  test('so do all when it is revoked on the command line', async () => {
    const eve = await signClaims({ sub: 'eve' });
    const socket = await open(eve);
    const env = { AMICUS_DATABASE_URL: nodes.databaseUrl, AMICUS_LOG_LEVEL: 'silent' };
    expect(await runCommand(['revoke', 'eve'], env)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await socket.closed).toEqual(CLOSED);
    for (const node of [nodes.one, nodes.other]) {
      while ((await enterByHttp(node, eve)) === 'eve') await delay(20);
      expect(await enterByHttp(node, eve)).toContain('token revoked');
    }
  });
});
