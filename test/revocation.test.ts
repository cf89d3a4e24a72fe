import { enter, enterByHttp, toRefused } from './support/doors';
import { loadAll } from './support/pages';
import { RawConnection } from './support/raw-connection';
import { RawSocket } from './support/raw-socket';
import { ADMIN, TestServer, type Caller } from './support/server';
import { describeOnStores } from './support/stores';
import { signClaims, TOKEN_SECRET } from './support/tokens';

const REVOKE = 'mutation ($input: TokensInput!) { revokeTokens(input: $input) { userID tokenID revokedAt } }';
const RESTORE = 'mutation ($input: TokensInput!) { restoreTokens(input: $input) { userID tokenID } }';
const REVOKED = toRefused('token revoked');
const ANN = { http: 'ann', webSocket: 'ann' };
const CLOSED = { code: 4403, reason: 'The token was revoked' };

describeOnStores('a revoked token', (store) => {
  const clock = { nowMs: Date.now(), now: (): number => clock.nowMs };
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ store, clock, config: { jwtSecret: TOKEN_SECRET } });
  });
  beforeEach(() => {
    // A whole second: `iat` knows no finer ones.
    clock.nowMs = (Math.floor(clock.nowMs / 1000) + 10) * 1000;
  });
  afterAll(() => server.stop());

  const revoke = (input: object): Promise<unknown> => server.call(ADMIN, REVOKE, { input });
  const restore = (input: object): Promise<unknown> => server.call(ADMIN, RESTORE, { input });
  const seconds = (): number => clock.nowMs / 1000;
  const open = async (token: string): Promise<RawSocket> =>
    RawSocket.init(server, { authorization: `Bearer ${token}` });

  it('is refused at both doors: all of a user that were issued until now, and those that do not say', async () => {
    const earlier = await signClaims({ sub: 'ann', iat: seconds() - 5 });
    const now = await signClaims({ sub: 'ann', iat: seconds() });
    const later = await signClaims({ sub: 'ann', iat: seconds() + 1 });
    const undated = await signClaims({ sub: 'ann' });
    const others = await signClaims({ sub: 'bob', iat: seconds() - 5 });
    // Remembered from now on, as good.
    for (const token of [earlier, now, later, undated]) expect(await enter(server, token)).toEqual(ANN);
    const revokedAt = new Date(clock.nowMs).toISOString();
    expect(await revoke({ userID: 'ann' })).toEqual({
      revokeTokens: { userID: 'ann', tokenID: null, revokedAt },
    });
    for (const token of [earlier, now, undated]) expect(await enter(server, token)).toEqual(REVOKED);
    expect(await enter(server, later)).toEqual(ANN);
    expect(await enterByHttp(server, others)).toBe('bob');

    expect(await restore({ userID: 'ann' })).toEqual({ restoreTokens: { userID: 'ann', tokenID: null } });
    for (const token of [earlier, now, undated]) expect(await enter(server, token)).toEqual(ANN);
    expect(await restore({ userID: 'ann' })).toEqual({ restoreTokens: null });
  });

  it('is refused by its jti, and no other of the user is', async () => {
    const one = await signClaims({ sub: 'ann', jti: 'one of ann' });
    const two = await signClaims({ sub: 'ann', jti: 'two of ann' });
    await revoke({ tokenID: 'one of ann' });
    expect(await enter(server, one)).toEqual(REVOKED);
    expect(await enter(server, two)).toEqual(ANN);
    // A user and a token may be named alike.
    await revoke({ userID: 'two' });
    expect(await enter(server, await signClaims({ sub: 'ann', jti: 'two' }))).toEqual(ANN);
    await restore({ tokenID: 'one of ann' });
    expect(await enter(server, one)).toEqual(ANN);
  });

  it('is refused, too, when the body comes after it was revoked', async () => {
    const token = await signClaims({ sub: 'ann', jti: 'slow' });
    expect(await enterByHttp(server, token)).toBe('ann');
    const body = '{"query":"mutation { setSelfInfo(input: { level: 9 }) { id } }"}';
    const connection = await RawConnection.open(server.url);
    connection.write(
      `POST /graphql HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\n` +
        `Expect: 100-continue\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n`,
    );
    await connection.until((text) => text.includes('100 Continue'));
    await revoke({ tokenID: 'slow' });
    connection.write(body);
    expect(await connection.untilClosed()).toMatch(/HTTP\/1\.1 401 [^]*token revoked/);
    expect(await server.call('ann', '{ me { level } }')).toEqual({ me: { level: 0 } });
  });

  it('closes the sockets that were opened with it, also of an administrator who acts for somebody', async () => {
    const claims = { iat: seconds() };
    const ann = await open(await signClaims({ sub: 'dan', ...claims }));
    const acting = await RawSocket.init(server, {
      authorization: `Bearer ${await signClaims({ sub: 'deputy', role: 'admin', ...claims })}`,
      'x-amicus-act-as': 'dan',
    });
    const single = await open(await signClaims({ sub: 'eve', jti: 'eve 1' }));
    const stays = await open(await signClaims({ sub: 'eve', jti: 'eve 2' }));
    await revoke({ userID: 'dan' });
    expect(await ann.closed).toEqual(CLOSED);
    expect(await acting.drain()).toEqual([]);
    await revoke({ userID: 'deputy' });
    expect(await acting.closed).toEqual(CLOSED);
    await revoke({ tokenID: 'eve 1' });
    expect(await single.closed).toEqual(CLOSED);
    expect(await stays.drain()).toEqual([]);
    await stays.close();
  });

  it('stays revoked over a restart, and a second time for what was issued since', async () => {
    const first = await signClaims({ sub: 'fay', iat: seconds() });
    await revoke({ userID: 'fay' });
    await server.restart();
    expect(await enter(server, first)).toEqual(REVOKED);
    clock.nowMs += 2_000;
    const second = await signClaims({ sub: 'fay', iat: seconds() });
    expect(await enterByHttp(server, second)).toBe('fay');
    await revoke({ userID: 'fay' });
    expect(await enterByHttp(server, second)).toContain('token revoked');
    // A clock that was set back brings nothing back.
    clock.nowMs -= 5_000;
    await revoke({ userID: 'fay' });
    expect(await enterByHttp(server, second)).toContain('token revoked');
  });

  it('is listed, newest first, in pages', async () => {
    const ids = ['p1', 'p2', 'p3'];
    for (const tokenID of ids) {
      clock.nowMs += 1;
      await revoke({ tokenID });
    }
    const all = await loadAll(server, ADMIN, { field: 'revocations', node: 'userID tokenID' }, 2);
    expect(all.length).toBeGreaterThan(3);
    expect(all.slice(0, 3).map(({ node }) => node)).toEqual(
      ids.toReversed().map((tokenID) => ({ userID: null, tokenID })),
    );
  });

  it.each([
    [{}, 'Give "userID" or "tokenID", and not both.'],
    [{ userID: 'ann', tokenID: 'x' }, 'Give "userID" or "tokenID", and not both.'],
    [{ userID: 'a b' }, '"userID" must be 1 to 32 bytes of printable ASCII without blanks.'],
    [{ tokenID: '' }, '"tokenID" must not be empty.'],
    [{ tokenID: 'x'.repeat(513) }, '"tokenID" has 513 bytes of UTF-8, the limit is 512.'],
    [{ tokenID: 'x\0' }, '"tokenID" holds a NUL character.'],
  ])('is named by one id: %j is BAD_USER_INPUT', async (input, message) => {
    for (const query of [REVOKE, RESTORE]) {
      expect(await server.send(ADMIN, query, { input })).toMatchObject({
        errors: [{ message, extensions: { code: 'BAD_USER_INPUT' } }],
      });
    }
  });

  it('may have a name of 512 bytes', async () => {
    const jti = 'é'.repeat(256);
    await revoke({ tokenID: jti });
    expect(await enter(server, await signClaims({ sub: 'ann', jti }))).toEqual(REVOKED);
  });

  it('is the business of administrators', async () => {
    const list = '{ revocations { totalCount } }';
    for (const query of [REVOKE, RESTORE, list]) {
      const variables = query === list ? {} : { input: { userID: 'ann' } };
      expect(await server.send('mallory', query, variables)).toMatchObject({
        errors: [{ extensions: { code: 'FORBIDDEN' } }],
      });
    }
  });
});

describeOnStores('a revocation of which no token can live any more', (store) => {
  it('is deleted: the longest age and twice the skew after it', async () => {
    const clock = { nowMs: Date.now(), now: (): number => clock.nowMs };
    const config = { jwtSecret: TOKEN_SECRET, jwtMaxAgeSeconds: 3_600, jwtClockSkewSeconds: 5 };
    const server = await TestServer.start({ store, clock, config });
    const admin = async (): Promise<Caller> => {
      const iat = Math.floor(clock.nowMs / 1000);
      return { userID: 'admin', token: await signClaims({ sub: 'admin', role: 'admin', iat }) };
    };
    const load = async (): Promise<unknown[]> =>
      (await loadAll(server, await admin(), { field: 'revocations' }, 50)).map(({ node }) => node);
    try {
      await server.call(await admin(), REVOKE, { input: { userID: 'old' } });
      clock.nowMs += 1;
      await server.call(await admin(), REVOKE, { input: { userID: 'young' } });
      clock.nowMs += 3_610_000;
      await server.restart();
      while ((await load()).length > 1);
      expect(await load()).toEqual([{ userID: 'young' }]);
    } finally {
      await server.stop();
    }
  });
});
