import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { signToken, type TokenRequest } from '../src/auth/signer';
import { createVerifier, KeysUnavailableError, TokenRefusedError } from '../src/auth/verifier';

const secret = 'a secret of thirty-two bytes, ok';
const open = {
  jwksUrl: null,
  jwtIssuer: null,
  jwtAudience: null,
  jwtClockSkewSeconds: 5,
  jwtMaxAgeSeconds: null,
};
const nowMs = Date.UTC(2026, 0, 1);
const clockAt = (ms: number): { now(): number } => ({ now: () => ms });
const verifier = createVerifier(open, secret, clockAt(nowMs));

async function sign(changes: Partial<TokenRequest> = {}): Promise<string> {
  const standard = { secret, issuer: null, audience: null, isAdmin: false, expiresInSeconds: 60, nowMs };
  return signToken({ ...standard, userID: 'ann', ...changes });
}

async function signClaims(claims: Record<string, unknown>): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(secret));
}

test('a signed token gives back who it was signed for', async () => {
  // The clock may be five seconds off.
  const expiresAtMs = nowMs + 65_000;
  expect(await verifier.verify(await sign())).toEqual({
    userID: 'ann',
    isAdmin: false,
    expiresAtMs,
    issuedAtMs: nowMs,
    tokenID: expect.stringMatching(/^[-\da-f]{36}$/) as string,
  });
  expect(await verifier.verify(await sign({ isAdmin: true }))).toMatchObject({ isAdmin: true });
});

test('only the role "admin" makes an administrator, and a token needs no end', async () => {
  const identity = { userID: 'ann', isAdmin: false, expiresAtMs: null, issuedAtMs: null, tokenID: null };
  for (const role of ['Admin', ['admin'], { admin: true }, true, '']) {
    expect(await verifier.verify(await signClaims({ sub: 'ann', role }))).toEqual(identity);
  }
});

test('the clock may be five seconds off and no more', async () => {
  const token = await sign();
  const verifyAt = (ms: number): Promise<unknown> =>
    createVerifier(open, secret, clockAt(nowMs + ms)).verify(token);
  await expect(verifyAt(64_999)).resolves.toMatchObject({ userID: 'ann' });
  await expect(verifyAt(65_000)).rejects.toThrow(new TokenRefusedError('token expired'));
  const early = await signClaims({ sub: 'ann', nbf: nowMs / 1000 + 6 });
  await expect(verifier.verify(early)).rejects.toThrow('token not valid yet');
});

test('a token is said to end when it is refused, whatever ends it', async () => {
  const aging = { ...open, jwtMaxAgeSeconds: 60 };
  const iat = nowMs / 1000;
  const cases: [typeof aging | typeof open, Record<string, unknown>][] = [
    [open, { exp: iat + 60 }],
    [aging, { iat, exp: iat + 30 }],
    [aging, { iat, exp: iat + 90 }],
    [aging, { iat }],
  ];
  for (const [config, claims] of cases) {
    const token = await signClaims({ sub: 'ann', ...claims });
    const { expiresAtMs } = await createVerifier(config, secret, clockAt(nowMs)).verify(token);
    const verifyAt = (ms: number): Promise<unknown> =>
      createVerifier(config, secret, clockAt(ms)).verify(token);
    await expect(verifyAt((expiresAtMs ?? 0) - 1)).resolves.toMatchObject({ userID: 'ann' });
    await expect(verifyAt(expiresAtMs ?? 0)).rejects.toThrow(new TokenRefusedError('token expired'));
  }
});

test('issuer and audience are checked when they are configured', async () => {
  const strict = createVerifier(
    { ...open, jwtIssuer: 'issuer', jwtAudience: 'amicus' },
    secret,
    clockAt(nowMs),
  );
  const both = { issuer: 'issuer', audience: 'amicus' };
  await expect(strict.verify(await sign(both))).resolves.toMatchObject({ userID: 'ann' });
  await expect(strict.verify(await sign({ ...both, issuer: null }))).rejects.toThrow('wrong issuer');
  await expect(strict.verify(await sign({ ...both, audience: 'other' }))).rejects.toThrow('wrong audience');
  await expect(verifier.verify(await sign(both))).resolves.toMatchObject({ userID: 'ann' });
});

test.each([undefined, 7, '', 'a b', 'é', 'x'.repeat(33), 'a\n'])('%j is no user id in sub', async (sub) => {
  const token = await signClaims({ sub });
  await expect(verifier.verify(token)).rejects.toThrow('sub is not a valid user id');
});

test('another secret, another algorithm and no signature are refused', async () => {
  const otherSecret = await sign({ secret: 'another secret of thirty-two bytes' });
  await expect(verifier.verify(otherSecret)).rejects.toThrow('bad signature');
  const unsigned = new UnsecuredJWT({ sub: 'ann' }).encode();
  await expect(verifier.verify(unsigned)).rejects.toThrow(TokenRefusedError);
  const hs512 = new SignJWT({ sub: 'ann' }).setProtectedHeader({ alg: 'HS512' });
  const token = await hs512.sign(Buffer.from(secret.repeat(2)));
  await expect(verifier.verify(token)).rejects.toThrow('algorithm not allowed');
});

test.each([null, undefined, ''])('%j is no token', async (token) => {
  await expect(verifier.verify(token)).rejects.toThrow(new TokenRefusedError('no token'));
});

test('whatever is sent, the refusal is one of ours and shows nothing of the token', async () => {
  const whole = await sign();
  const part = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.base64String(),
    fc.constantFrom(...whole.split('.')),
    fc.json().map((json) => Buffer.from(json).toString('base64url')),
  );
  const token = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('.'));
  const reasons = ['malformed token', 'bad signature', 'algorithm not allowed', 'no token'];
  await fc.assert(
    fc.asyncProperty(token, async (text) => {
      fc.pre(text !== whole);
      const error: unknown = await verifier.verify(text).catch((refusal: unknown) => refusal);
      expect(error).toBeInstanceOf(TokenRefusedError);
      expect(reasons).toContain((error as TokenRefusedError).message);
    }),
  );
});

describe('with a key set', () => {
  async function serve(status: number, body: string): Promise<{ url: string } & AsyncDisposable> {
    const server = createServer((_, response) => response.writeHead(status).end(body)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return {
      url: `http://127.0.0.1:${port}/keys`,
      [Symbol.asyncDispose]: async () => {
        server.closeAllConnections();
        server.close();
        await once(server, 'close');
      },
    };
  }

  test('tokens of its keys are accepted, shared secrets are not', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256' };
    await using server = await serve(200, JSON.stringify({ keys: [jwk] }));
    const remote = createVerifier({ ...open, jwksUrl: server.url }, null);

    const signed = (kid: string): Promise<string> =>
      new SignJWT({ sub: 'ann' }).setProtectedHeader({ alg: 'ES256', kid }).sign(privateKey);
    await expect(remote.verify(await signed('one'))).resolves.toMatchObject({ userID: 'ann' });
    await expect(remote.verify(await signed('two'))).rejects.toThrow('no key for this token');
    await expect(remote.verify(await sign({ nowMs: Date.now() }))).rejects.toThrow('algorithm not allowed');
  });

  test('a set that cannot be had says nothing of the token, and why it cannot be had', async () => {
    const { privateKey } = await generateKeyPair('ES256');
    await using server = await serve(500, '');
    const remote = createVerifier({ ...open, jwksUrl: server.url }, null);
    const token = await new SignJWT({ sub: 'ann' }).setProtectedHeader({ alg: 'ES256' }).sign(privateKey);
    const error: unknown = await remote.verify(token).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(KeysUnavailableError);
    expect((error as KeysUnavailableError).cause).toBeInstanceOf(Error);
  });
});
