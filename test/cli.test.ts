import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { loadSigningSecret } from '../src/auth/secret';
import { createVerifier, type Identity } from '../src/auth/verifier';
import { toFailureText } from '../src/cli/failure';
import { loadConfig } from '../src/config';
import { openDataFolder } from '../src/database/data-folder';
import { type CommandOutcome, runCommand } from './support/run-command';
import { RUN_TYPESCRIPT } from './support/run-typescript';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'amicus-'))));
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const run = (args: string[], env: Record<string, string> = {}): Promise<CommandOutcome> =>
  runCommand(args, { AMICUS_DATA_DIR: join(folder, 'data'), AMICUS_LOG_LEVEL: 'silent', ...env });

async function verify(token: string, env: Record<string, string>): Promise<Identity> {
  const config = loadConfig(env);
  return createVerifier(config, await loadSigningSecret(config)).verify(token);
}

test.each([
  [['fly'], "unknown command 'fly'"],
  [['migrate', '--fast'], "unknown option '--fast'"],
  [['migrate', 'now'], 'too many arguments'],
  [['token'], "missing required argument 'userid'"],
  [['token', 'a b'], 'A user id is 1 to 32 characters'],
  [['token', 'ann', '--expires', '1 week'], 'Give a number and s, m, h or d'],
  [['token', 'ann', '--expires', '0s'], 'Give a number and s, m, h or d'],
  [['import'], "one of '--edges <file>', '--users <file>' and '--all <file>' is required"],
  [['import', '--edges', 'a', '--users', 'b'], 'cannot be used with option'],
])('%j is refused with exit code 2, and nothing is made', async (args, message) => {
  const { exitCode, stdout, stderr } = await run(args);
  expect(exitCode).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toContain(message);
  expect(existsSync(join(folder, 'data'))).toBe(false);
});

test('help is not an error, no command is', async () => {
  expect(await run(['--help'])).toMatchObject({ exitCode: 0, stderr: '' });
  expect((await run(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect(await run([])).toMatchObject({ exitCode: 2, stdout: '' });
});

test('the help says how long a token is valid, with the unit', async () => {
  const { stdout } = await run(['token', '--help']);
  expect(stdout).toContain('(default: 1h)');
  expect(stdout).not.toContain('default: false');
});

test('of a failure whose end fails too, the failure is told', () => {
  // As the compiler makes it for `await using` where the engine has none, which a full disk gave.
  const both = Object.assign(new Error('An error was suppressed during disposal.'), {
    name: 'SuppressedError',
    error: new Error('cannot be closed'),
    suppressed: new Error('the disk is full'),
  });
  expect(toFailureText(both)).toBe('the disk is full');
});

test.each(['serve', 'migrate'])('%s tells every problem of the configuration', async (command) => {
  const env = { AMICUS_PORT: 'x', AMICUS_HOTS: 'y' };
  expect(await run([command], env)).toEqual({
    exitCode: 1,
    stdout: '',
    stderr:
      'amicus: The configuration cannot be used:\n' +
      '  AMICUS_HOTS is not a setting; did you mean AMICUS_HOST?\n' +
      '  AMICUS_PORT must be a whole number from 0 to 65535, not "x"\n',
  });
});

test.each(['serve', 'migrate'])('%s refuses a data folder in use, in one line', async (command) => {
  const taken = openDataFolder(join(folder, 'data'));
  const { exitCode, stdout, stderr } = await run([command], { AMICUS_PORT: '0' });
  taken.release();
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  expect(stderr).toMatch(/^amicus: The data folder .* is in use by another Amicus server.*\n$/);
});

(existsSync('/proc/self') ? test : test.skip)(
  'a data folder that can be made nowhere is told of, in one line, and not tried for ever',
  async () => {
    const program = promisify(execFile)(process.execPath, [...RUN_TYPESCRIPT, 'src/main.ts', 'migrate'], {
      env: { ...process.env, AMICUS_DATA_DIR: '/proc/amicus/data' },
      timeout: 20_000,
      killSignal: 'SIGKILL',
    });
    await expect(program).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^amicus: ENOENT: .* '\/proc\/amicus'\n$/) as string,
    });
  },
);

test('serve prints one line with its address', async () => {
  const { exitCode, stdout, stderr } = await run(['serve'], { AMICUS_PORT: '0' });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toMatch(/^Amicus is ready at http:\/\/127\.0\.0\.1:\d+\S*\n$/);
});

test.each(['serve', 'migrate'])('%s names a file that is no database', async (command) => {
  const dataDir = join(folder, 'data');
  mkdirSync(dataDir);
  writeFileSync(join(dataDir, 'amicus.sqlite'), 'no database, no database, no database');
  const { exitCode, stderr } = await run([command]);
  expect(exitCode).toBe(1);
  expect(stderr).toBe(`amicus: ${join(dataDir, 'amicus.sqlite')} is not a database of Amicus.\n`);
});

test('migrate makes the database, and is safe to repeat', async () => {
  const first = await run(['migrate']);
  expect(first).toMatchObject({ exitCode: 0, stderr: '' });
  expect(first.stdout).toMatch(/^the database has the newest schema: \d+ migrations? applied\n( {2}\w+\n)+$/);
  expect(await run(['migrate'])).toEqual(first);
});

test('token prints only a token, which the same configuration accepts', async () => {
  const env = { AMICUS_DATA_DIR: join(folder, 'data'), AMICUS_JWT_ISSUER: 'me', AMICUS_JWT_AUDIENCE: 'you' };
  const { exitCode, stdout, stderr } = await run(['token', 'ann'], env);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  const identity = await verify(stdout.trimEnd(), env);
  expect(identity).toMatchObject({ userID: 'ann', isAdmin: false });
  // An hour, and what the clocks may differ.
  const remainingMs = (identity.expiresAtMs ?? 0) - Date.now();
  expect(remainingMs).toBeGreaterThan(3_500_000);
  expect(remainingMs).toBeLessThanOrEqual(3_605_000);
});

test('token takes the configured secret, the role and the duration', async () => {
  const env = { AMICUS_JWT_SECRET: 'a secret of thirty-two bytes, ok' };
  const { stdout } = await run(['token', 'root', '--admin', '--expires', '7d'], env);
  const identity = await verify(stdout.trimEnd(), env);
  expect(identity).toMatchObject({ userID: 'root', isAdmin: true });
  expect(((identity.expiresAtMs ?? 0) - Date.now()) / 86_400_000).toBeCloseTo(7, 2);
  expect(existsSync(join(folder, 'data'))).toBe(false);
});

test('token cannot sign for a key set', async () => {
  const outcome = await run(['token', 'ann'], { AMICUS_JWKS_URL: 'https://issuer.example/keys' });
  expect(outcome).toEqual({
    exitCode: 1,
    stdout: '',
    stderr: 'amicus: AMICUS_JWKS_URL is set: only the issuer of that key set can sign tokens\n',
  });
});
