import { fork } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSigningSecret, SecretFileError } from '../src/auth/secret';
import { RUN_TYPESCRIPT } from './support/run-typescript';

let parent: string;
beforeEach(() => (parent = mkdtempSync(join(tmpdir(), 'amicus-'))));
afterEach(() => {
  rmSync(parent, { recursive: true });
});

const inFolder = (dataDir: string): Parameters<typeof loadSigningSecret>[0] => ({
  dataDir,
  jwtSecret: null,
  jwksUrl: null,
});

test('the secret is made once, for its owner only, and kept', async () => {
  const dataDir = join(parent, 'new', 'data');
  const secret = await loadSigningSecret(inFolder(dataDir));
  expect(Buffer.from(secret ?? '', 'base64url')).toHaveLength(32);
  expect(statSync(join(dataDir, 'jwt-secret')).mode & 0o777).toBe(0o600);
  expect(readdirSync(dataDir)).toEqual(['jwt-secret']);
  expect(await loadSigningSecret(inFolder(dataDir))).toBe(secret);
  expect(readFileSync(join(dataDir, 'jwt-secret'), 'utf8')).toBe(`${secret ?? ''}\n`);
});

test('calls at once end with one secret', async () => {
  const secrets = await Promise.all(Array.from({ length: 20 }, () => loadSigningSecret(inFolder(parent))));
  expect(new Set(secrets).size).toBe(1);
  expect(readdirSync(parent)).toEqual(['jwt-secret']);
});

/** In a process of its own, before which `preparation` is run. */
async function loadElsewhere(preparation = ''): Promise<unknown> {
  const script = join(parent, 'load.cjs');
  const source = join(__dirname, '../src/auth/secret');
  writeFileSync(
    script,
    `${preparation}
     require(${JSON.stringify(source)}).loadSigningSecret(${JSON.stringify(inFolder(join(parent, 'data')))})
       .then((secret) => process.send(secret));`,
  );
  const child = fork(script, { execArgv: RUN_TYPESCRIPT });
  const exited = once(child, 'exit');
  const [secret] = (await Promise.race([once(child, 'message'), exited])) as [unknown];
  await exited;
  return secret;
}

test('processes at once end with one secret', async () => {
  const secrets = await Promise.all([loadElsewhere(), loadElsewhere(), loadElsewhere()]);
  expect(new Set(secrets).size).toBe(1);
  expect(typeof secrets[0]).toBe('string');
});

/** What Node says then; file systems without links are rare where tests run. */
test('the secret is made and kept where the file system has no hard links', async () => {
  const refuse = `require('node:fs/promises').link = async () => {
    throw Object.assign(new Error('operation not permitted'), { code: 'EPERM' });
  };`;
  const secret = await loadElsewhere(refuse);
  expect(Buffer.from(String(secret), 'base64url')).toHaveLength(32);
  expect(readdirSync(join(parent, 'data'))).toEqual(['jwt-secret']);
  expect(statSync(join(parent, 'data', 'jwt-secret')).mode & 0o777).toBe(0o600);
  expect(await loadElsewhere(refuse)).toBe(secret);
});

test.each([0o640, 0o604, 0o660, 0o620])('a secret that others may use (mode %o) is refused', async (mode) => {
  await loadSigningSecret(inFolder(parent));
  chmodSync(join(parent, 'jwt-secret'), mode);
  await expect(loadSigningSecret(inFolder(parent))).rejects.toThrow(SecretFileError);
  await expect(loadSigningSecret(inFolder(parent))).rejects.toThrow('chmod 600');
});

test('a file that holds no secret is refused, not replaced', async () => {
  writeFileSync(join(parent, 'jwt-secret'), 'short\n', { mode: 0o600 });
  await expect(loadSigningSecret(inFolder(parent))).rejects.toThrow(SecretFileError);
  expect(readFileSync(join(parent, 'jwt-secret'), 'utf8')).toBe('short\n');
});

test('a configured secret or key set leaves the data folder alone', async () => {
  const jwtSecret = 'a secret of thirty-two bytes, ok';
  expect(await loadSigningSecret({ ...inFolder(parent), jwtSecret })).toBe(jwtSecret);
  expect(await loadSigningSecret({ ...inFolder(parent), jwksUrl: 'https://issuer.example/keys' })).toBeNull();
  expect(readdirSync(parent)).toEqual([]);
});
