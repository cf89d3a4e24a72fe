import { statSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { enter } from './support/doors';
import { Issuer, sign } from './support/issuer';
import { act, createUsers } from './support/people';
import { runCommand } from './support/run-command';
import { ADMIN, TestServer } from './support/server';
import { describeOnStores, sqlite, type Store } from './support/stores';
import { signClaims, TOKEN_SECRET } from './support/tokens';

const MARK = 'QxSecretxQ';

/** What the process writes beside its answers, from now until the test ends. */
function listenToLog(): string[] {
  const lines: string[] = [];
  jest.spyOn(process.stderr, 'write').mockImplementation((chunk) => {
    lines.push(String(chunk));
    return true;
  });
  return lines;
}
afterEach(() => {
  jest.restoreAllMocks();
});

describeOnStores('the log, at its most talkative', (store) => {
  it('holds no token, secret or text of a user, whatever goes wrong', async () => {
    const lines = listenToLog();
    let broken = false;
    const server = await TestServer.start({
      store,
      config: { jwtSecret: TOKEN_SECRET, logLevel: 'trace' },
      onStatement: (sql) => {
        // As an engine's error does, this one carries the row.
        if (broken && sql.startsWith('UPDATE "user"')) {
          const details = { detail: `Failing row contains (${MARK})`, parameters: [MARK], code: '23502' };
          throw Object.assign(new Error('broken by the test'), details);
        }
      },
    });
    const tokens = [
      await signClaims({ sub: 'ann' }),
      await signClaims({ sub: 'ann', exp: 1, secret: MARK }),
      await signClaims({ sub: MARK.repeat(9) }),
      `${await signClaims({ sub: 'ann' })}x`,
      MARK,
    ];
    try {
      await createUsers(server, ['ann', 'bob'], { nickName: MARK, customInfo: [{ key: 'a', value: MARK }] });
      for (const token of tokens) await enter(server, token);
      const setNick = `mutation { setSelfInfo(input: { nickName: "${MARK} 2" }) { id } }`;
      await server.call('ann', setNick);
      await act(server, 'ann', `addFriend(input: { userID: "bob", addWording: "${MARK}" })`);
      await server.call(ADMIN, 'query { exportUser(userID: "ann") }');
      broken = true;
      expect((await server.send('ann', setNick.replace('2', '3'))).errors).toHaveLength(1);
      expect((await server.send({ ...ADMIN, actAs: 'ann' }, setNick.replace('2', '4'))).errors).toHaveLength(
        1,
      );
      broken = false;
      await server.send('ann', `{ ${MARK} }`);
      await server.send('ann', setNick.replace('2', MARK.repeat(100)));
    } finally {
      await server.stop();
    }
    const log = lines.join('');
    expect(log).toContain('broken by the test');
    expect(log).toContain('"code":"23502"');
    for (const secret of [MARK, TOKEN_SECRET, ...tokens, await server.token('ann')]) {
      expect([secret, log.includes(secret)]).toEqual([secret, false]);
    }
  });
});

test('the log tells why the keys cannot be had, and holds no token', async () => {
  const lines = listenToLog();
  const issuer = await Issuer.start();
  const server = await TestServer.start({
    config: { jwksUrl: issuer.url, jwtSecret: null, logLevel: 'trace' },
  });
  try {
    issuer.trouble = { status: 500, body: MARK };
    const token = await sign(await issuer.createKey('one'), { sub: 'ann', secret: MARK });
    await enter(server, token);
    const log = lines.join('');
    expect(log).toContain('Expected 200 OK from the JSON Web Key Set HTTP response');
    for (const secret of [MARK, token]) expect(log).not.toContain(secret);
  } finally {
    await server.stop();
    await issuer.stop();
  }
});

test.each([
  ['AMICUS_DATABASE_URL', `postgres://amicus:${MARK}@127.0.0.1:1/amicus`],
  ['AMICUS_DATABASE_URL', `mysql://amicus:${MARK}@127.0.0.1/amicus`],
  ['AMICUS_JWT_SECRET', MARK],
  ['AMICUS_JWKS_URL', `ftp://amicus:${MARK}@127.0.0.1/`],
  ['AMICUS_REDIS_URL', `http://amicus:${MARK}@127.0.0.1/`],
])('a server that cannot start with its %s does not show it', async (name, value) => {
  const outcome = await runCommand(['serve'], { AMICUS_PORT: '0', AMICUS_LOG_LEVEL: 'trace', [name]: value });
  expect(outcome.exitCode).toBe(1);
  expect(outcome.stderr).not.toBe('');
  expect(outcome.stdout + outcome.stderr).not.toContain(MARK);
});

test('every file of the data folder is for its owner only, after a restart too', async () => {
  const { config, drop } = await sqlite.create();
  const folder = join(config.dataDir ?? '', 'data');
  const store: Store = {
    name: 'a folder that is not there yet',
    create: () => Promise.resolve({ config: { dataDir: folder }, drop }),
  };
  const server = await TestServer.start({ store, config: { jwtSecret: null } });
  try {
    for (let start = 1; start <= 2; start++) {
      expect(statSync(folder).mode & 0o777).toBe(0o700);
      const files = readdirSync(folder).sort();
      expect(files).toEqual(
        expect.arrayContaining(['amicus.lock', 'amicus.sqlite', 'amicus.sqlite-wal', 'jwt-secret']),
      );
      const modes = files.map((file) => [file, statSync(join(folder, file)).mode & 0o777]);
      expect(modes).toEqual(files.map((file) => [file, 0o600]));
      if (start === 1) await server.restart();
    }
  } finally {
    await server.stop();
  }
});
