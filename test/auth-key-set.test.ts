import { createHmac, generateKeyPairSync } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { exportJWK, type JWK } from 'jose';
import { enter, enterByHttp, toRefused } from './support/doors';
import { Issuer, sign } from './support/issuer';
import { LogLines } from './support/log-lines';
import { TestServer } from './support/server';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const ANN = { http: 'ann', webSocket: 'ann' };
const KEYS_AWAY = 'The keys to check tokens cannot be had now, try again later.';
/** What both doors say of a token that cannot be checked. */
const UNCHECKED = { http: `SERVICE_UNAVAILABLE ${KEYS_AWAY}`, webSocket: `1013 ${KEYS_AWAY}` };
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('tokens of an issuer with a key set', () => {
  const clock = { nowMs: Date.now(), now: (): number => clock.nowMs };
  let issuer: Issuer;
  let server: TestServer;
  beforeEach(async () => {
    issuer = await Issuer.start();
    server = await TestServer.start({ clock, config: { jwksUrl: issuer.url, jwtSecret: null } });
  });
  afterEach(async () => {
    await server.stop();
    await issuer.stop();
  });

  it.each(['RS256', 'PS512', 'ES256', 'Ed25519'])(
    'are let in at both doors when signed by %s',
    async (alg) => {
      const key = await issuer.createKey('one', alg);
      issuer.publish(key.jwk);
      expect(await enter(server, await sign(key, { sub: 'ann' }))).toEqual(ANN);
      expect(issuer.fetches).toBe(1);
    },
  );

  it('are let in by a new key at once, but for one is asked at most every 30 seconds', async () => {
    const [one, two, three] = [
      await issuer.createKey('one'),
      await issuer.createKey('two'),
      await issuer.createKey('three'),
    ];
    issuer.publish(one.jwk);
    expect(await enter(server, await sign(one, { sub: 'ann' }))).toEqual(ANN);
    issuer.publish(one.jwk, two.jwk);
    clock.nowMs += 30_000;
    expect(await enter(server, await sign(two, { sub: 'ann' }))).toEqual(ANN);
    expect(issuer.fetches).toBe(2);
    issuer.publish(one.jwk, two.jwk, three.jwk);
    clock.nowMs += 29_999;
    const young = await sign(three, { sub: 'ann' });
    expect(await enter(server, young)).toEqual(toRefused('no key for this token'));
    expect(issuer.fetches).toBe(2);
    clock.nowMs += 1;
    expect(await enter(server, young)).toEqual(ANN);
    expect(issuer.fetches).toBe(3);
  });

  it('are refused when their key was taken out of the set, as soon as it is fetched after ten minutes', async () => {
    const [one, two] = [await issuer.createKey('one'), await issuer.createKey('two')];
    issuer.publish(one.jwk, two.jwk);
    expect(await enterByHttp(server, await sign(one, { sub: 'ann' }))).toBe('ann');
    issuer.publish(two.jwk);
    clock.nowMs += 10 * MINUTE_MS - 1;
    expect(await enterByHttp(server, await sign(one, { sub: 'ann' }))).toBe('ann');
    expect(issuer.fetches).toBe(1);
    clock.nowMs += 1;
    // Each is another token, so none is remembered. The first may be checked before the new set is there.
    for (let n = 1; (await enterByHttp(server, await sign(one, { sub: 'ann', n }))) === 'ann'; n++);
    expect(await enter(server, await sign(one, { sub: 'ann' }))).toEqual(toRefused('no key for this token'));
    expect(await enter(server, await sign(two, { sub: 'ann' }))).toEqual(ANN);
    expect(issuer.fetches).toBe(2);
  });

  it('wait for a URL that hangs only when their key is not known', async () => {
    const [one, two] = [await issuer.createKey('one'), await issuer.createKey('two')];
    issuer.publish(one.jwk);
    expect(await enterByHttp(server, await sign(one, { sub: 'ann' }))).toBe('ann');
    issuer.publish(two.jwk);
    issuer.isHanging = true;
    clock.nowMs += 10 * MINUTE_MS;
    for (const n of [1, 2]) expect(await enter(server, await sign(one, { sub: 'ann', n }))).toEqual(ANN);
    // The one fetch is still under way: nobody has waited for its end.
    expect([issuer.fetches, issuer.waiting.size]).toEqual([2, 1]);
    const unknown = sign(two, { sub: 'bob' }).then((token) => enterByHttp(server, token));
    expect(await enterByHttp(server, await sign(one, { sub: 'ann', n: 3 }))).toBe('ann');
    expect([issuer.fetches, issuer.waiting.size]).toEqual([2, 1]);
    issuer.goOn();
    expect(await unknown).toBe('bob');
    expect(await enter(server, await sign(one, { sub: 'ann', n: 4 }))).toEqual(
      toRefused('no key for this token'),
    );
    expect(issuer.fetches).toBe(2);
  });

  it('are checked by no set of 24 hours, however long the URL hangs', async () => {
    const key = await issuer.createKey('one');
    issuer.publish(key.jwk);
    expect(await enterByHttp(server, await sign(key, { sub: 'ann' }))).toBe('ann');
    issuer.isHanging = true;
    clock.nowMs += 24 * HOUR_MS;
    const late = sign(key, { sub: 'ann', n: 1 }).then((token) => enterByHttp(server, token));
    while (issuer.waiting.size === 0) await setImmediate();
    issuer.trouble = { status: 500, body: '' };
    issuer.goOn();
    expect(await late).toBe(UNCHECKED.http);
  });

  it.each([
    ['answers with an error', { status: 500, body: '' }],
    ['answers something else', { status: 200, body: '<html>' }],
    ['answers no key set', { status: 200, body: '{"keys":{}}' }],
  ])('are let in for 24 hours while the URL %s, and not longer', async (_how, trouble) => {
    const key = await issuer.createKey('one');
    issuer.publish(key.jwk);
    expect(await enterByHttp(server, await sign(key, { sub: 'ann' }))).toBe('ann');
    issuer.trouble = trouble;
    clock.nowMs += 24 * HOUR_MS - 1;
    expect(await enter(server, await sign(key, { sub: 'ann', n: 1 }))).toEqual(ANN);
    expect(issuer.fetches).toBe(2);
    clock.nowMs += 1;
    const token = await sign(key, { sub: 'ann', n: 2 });
    expect(await enter(server, token)).toEqual(UNCHECKED);
    // It is not asked for each token.
    expect(issuer.fetches).toBe(2);
    issuer.trouble = null;
    clock.nowMs += 30_000;
    expect(await enter(server, token)).toEqual(ANN);
  });

  it('are not let in while a set was never fetched, until it can be', async () => {
    const key = await issuer.createKey('one');
    issuer.publish(key.jwk);
    issuer.trouble = { status: 503, body: '' };
    const token = await sign(key, { sub: 'ann' });
    expect(await enter(server, token)).toEqual(UNCHECKED);
    expect(issuer.fetches).toBe(1);
    issuer.trouble = null;
    clock.nowMs += 30_000;
    expect(await enter(server, token)).toEqual(ANN);
  });

  it('are no refused ones while the URL is down: who sends them is let in as soon as it is up', async () => {
    const config = { jwksUrl: issuer.url, jwtSecret: null, rateFailures: 1 };
    const strict = await TestServer.start({ clock, config });
    const [one, two] = [await issuer.createKey('one'), await issuer.createKey('two')];
    issuer.publish(one.jwk);
    const known = await sign(one, { sub: 'ann' });
    expect(await enterByHttp(strict, known)).toBe('ann');
    issuer.publish(one.jwk, two.jwk);
    issuer.trouble = { status: 503, body: '' };
    clock.nowMs += 30_000;
    // Whether a key that is not in the set is good cannot be told, however often it is asked for.
    const fresh = await sign(two, { sub: 'bob' });
    for (const token of [fresh, fresh]) expect(await enter(strict, token)).toEqual(UNCHECKED);
    expect(issuer.fetches).toBe(2);
    clock.nowMs += 24 * HOUR_MS;
    for (const token of [fresh, known]) expect(await enter(strict, token)).toEqual(UNCHECKED);
    const { status, headers } = await fetch(strict.url, {
      method: 'POST',
      headers: { authorization: `Bearer ${known}`, 'content-type': 'application/json' },
      body: '{"query":"{ me { id } }"}',
    });
    expect([status, headers.get('retry-after')]).toEqual([503, '5']);
    issuer.trouble = null;
    clock.nowMs += 30_000;
    expect(await enter(strict, fresh)).toEqual({ http: 'bob', webSocket: 'bob' });
    // One that was good before stays known meanwhile.
    expect(await enter(strict, 'guess')).toMatchObject({ http: toRefused('malformed token').http });
    issuer.trouble = { status: 503, body: '' };
    clock.nowMs += 24 * HOUR_MS;
    expect(await enter(strict, known)).toEqual(UNCHECKED);
    issuer.trouble = null;
    clock.nowMs += 30_000;
    expect(await enter(strict, known)).toEqual(ANN);
    await strict.stop();
  });

  it('are refused when their key, algorithm or header is a trick', async () => {
    const key = await issuer.createKey('one', 'RS256');
    const stranger = await issuer.createKey('one', 'RS256');
    issuer.publish(key.jwk, await exportJWK(Buffer.from('a secret of thirty-two bytes, ok')));
    const claims = { sub: 'ann' };
    const signedBy = (secret: string | Buffer): string => {
      const text = `${encode({ alg: 'HS256', kid: 'one' })}.${encode(claims)}`;
      return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
    };
    const tricks: Record<string, [token: string, reason: string]> = {
      'no signature': [`${encode({ alg: 'none' })}.${encode(claims)}.`, 'algorithm not allowed'],
      'the public key as a secret': [signedBy(JSON.stringify(key.jwk)), 'algorithm not allowed'],
      'a secret in the set': [signedBy('a secret of thirty-two bytes, ok'), 'algorithm not allowed'],
      'the key within': [await sign(stranger, claims, { jwk: stranger.jwk }), 'bad signature'],
      'a set of its own': [await sign(stranger, claims, { jku: 'http://127.0.0.1:1/' }), 'bad signature'],
      'another kid': [await sign(key, claims, { kid: '../../dev/null' }), 'no key for this token'],
      'no key of that algorithm': [
        await sign(await issuer.createKey('one'), claims),
        'no key for this token',
      ],
    };
    for (const [trick, [token, reason]] of Object.entries(tricks)) {
      expect([trick, await enter(server, token)]).toEqual([trick, toRefused(reason)]);
    }
    const text = `${encode({ alg: 'RS256', kid: 'one', crit: ['exp'], exp: 1 })}.${encode(claims)}`;
    expect(await enter(server, `${text}.AAAA`)).toEqual(toRefused('malformed token'));
    expect(await enter(server, await sign(key, claims))).toEqual(ANN);
  });
});

test.each([
  ['is none', { x: 'AA' }],
  ['has a half only', { y: undefined }],
])('a key of the set that %s is told of in the log, once in 30 seconds', async (_title, spoil) => {
  const clock = { nowMs: Date.now(), now: (): number => clock.nowMs };
  const issuer = await Issuer.start();
  const log = new LogLines();
  const [broken, whole] = [await issuer.createKey('broken'), await issuer.createKey('whole')];
  issuer.publish({ ...broken.jwk, ...spoil } as JWK, whole.jwk);
  const server = await TestServer.start({
    clock,
    logTo: log,
    config: { jwksUrl: issuer.url, jwtSecret: null, logLevel: 'error' },
  });
  const find = (): unknown[] => log.find('something failed in the background');
  for (let n = 0; n < 3; n++)
    expect(await enter(server, await sign(broken, { sub: 'ann', n }))).toEqual(UNCHECKED);
  expect(find()).toHaveLength(1);
  expect(log.text).toContain('A key of the key set cannot be used.');
  expect(await enter(server, await sign(whole, { sub: 'ann' }))).toEqual(ANN);
  clock.nowMs += 30_000;
  expect(await enter(server, await sign(broken, { sub: 'ann' }))).toEqual(UNCHECKED);
  expect(find()).toHaveLength(2);
  await server.stop();
  await issuer.stop();
});

test('a name and a password in the URL of the key set are shown to its server, and not in the log', async () => {
  const issuer = await Issuer.start();
  const log = new LogLines();
  const jwksUrl = issuer.url.replace('//', '//amicus:p%40ss%3Aw%C3%B6rd%zz@');
  const server = await TestServer.start({
    logTo: log,
    config: { jwksUrl, jwtSecret: null, logLevel: 'trace' },
  });
  const key = await issuer.createKey('one');
  issuer.trouble = { status: 401, body: '' };
  expect(await enter(server, await sign(key, { sub: 'ann' }))).toEqual(UNCHECKED);
  expect(issuer.authorization).toBe(`Basic ${Buffer.from('amicus:p@ss:wörd%zz').toString('base64')}`);
  await server.stop();
  await issuer.stop();
  expect(log.find('something failed in the background')).toHaveLength(1);
  expect(JSON.stringify(log.lines)).not.toMatch(/p@ss|p%40ss/);
});

describe('tokens under a shared secret', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());

  it('are refused when they are signed by anything else', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const key = { jwk: { alg: 'RS256', kid: 'one' }, privateKey };
    const refused = toRefused('algorithm not allowed');
    expect(await enter(server, await sign(key, { sub: 'ann' }))).toEqual(refused);
    expect(await enter(server, `${encode({ alg: 'none' })}.${encode({ sub: 'ann' })}.`)).toEqual(refused);
    expect(await enter(server, 'rubbish')).toEqual(toRefused('malformed token'));
    expect(await enter(server, await server.token('ann'))).toEqual(ANN);
  });
});
