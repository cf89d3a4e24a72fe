import { SignJWT } from 'jose';
import type { Config } from '../src/config';
import { enter, toRefused, type Entry } from './support/doors';
import { TestServer } from './support/server';

const SECRET = 'another secret of thirty-two bytes';
const ANN = { http: 'ann', webSocket: 'ann' };
const EXPIRED = toRefused('token expired');

/** Tries claims at both doors of a server with these settings, `atMs` on its clock. */
async function tryAll(
  config: Partial<Omit<Config, 'limits'>>,
  cases: readonly [claims: Record<string, unknown>, expected: Entry][],
  atMs = Date.now(),
): Promise<void> {
  const clock = { now: () => atMs };
  const server = await TestServer.start({ clock, config: { jwtSecret: SECRET, ...config } });
  try {
    for (const [claims, expected] of cases) {
      const token = new SignJWT({ sub: 'ann', ...claims }).setProtectedHeader({ alg: 'HS256' });
      expect([claims, await enter(server, await token.sign(Buffer.from(SECRET)))]).toEqual([
        claims,
        expected,
      ]);
    }
  } finally {
    await server.stop();
  }
}

/** A whole second, so that the bounds can be met exactly. */
const NOW_SECONDS = Math.floor(Date.now() / 1000);
const NOW_MS = NOW_SECONDS * 1000;

test.each([0, 5, 300])(
  'the clock of the issuer may be off by %d seconds where that is set, and no more',
  (skew) =>
    tryAll(
      { jwtClockSkewSeconds: skew },
      [
        [{ exp: NOW_SECONDS - skew + 1 }, ANN],
        [{ exp: NOW_SECONDS - skew }, EXPIRED],
        [{ nbf: NOW_SECONDS + skew }, ANN],
        [{ nbf: NOW_SECONDS + skew + 1 }, toRefused('token not valid yet')],
      ],
      NOW_MS,
    ),
);

test('issuer and audience must be those that are set', () =>
  tryAll({ jwtIssuer: 'https://issuer.example', jwtAudience: 'amicus' }, [
    [{ iss: 'https://issuer.example', aud: 'amicus' }, ANN],
    [{ iss: 'https://issuer.example', aud: ['other', 'amicus'] }, ANN],
    [{ iss: 'https://issuer.example', aud: 'other' }, toRefused('wrong audience')],
    [{ iss: 'https://issuer.example' }, toRefused('wrong audience')],
    [{ iss: 'https://issuer.example/', aud: 'amicus' }, toRefused('wrong issuer')],
    [{ aud: 'amicus' }, toRefused('wrong issuer')],
  ]));

test('a token ends a set time after it was issued, whatever it says', () => {
  const noIssue = toRefused('token not valid yet, or without the time at which it was issued');
  const farEnd = NOW_SECONDS + 1_000_000;
  return tryAll(
    { jwtMaxAgeSeconds: 60 },
    [
      [{ iat: NOW_SECONDS - 60, exp: farEnd }, ANN],
      [{ iat: NOW_SECONDS - 65, exp: farEnd }, ANN],
      [{ iat: NOW_SECONDS - 66, exp: farEnd }, EXPIRED],
      [{ iat: NOW_SECONDS - 10, exp: NOW_SECONDS - 5 }, EXPIRED],
      [{ exp: farEnd }, noIssue],
      [{ iat: NOW_SECONDS + 5 }, ANN],
      [{ iat: NOW_SECONDS + 6 }, noIssue],
    ],
    NOW_MS,
  );
});

test.each([{ iat: 'yesterday' }, { exp: 'never' }, { nbf: [] }])('%j is malformed', (claims) =>
  tryAll({}, [[claims, toRefused('malformed token')]]),
);
