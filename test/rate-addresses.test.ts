import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import WebSocket from 'ws';
import { toNetwork } from '../src/lib/network-address';
import { createAddressFinder } from '../src/transport/client-address';
import { loadConfig, type Config } from '../src/config';
import { RawSocket } from './support/raw-socket';
import { TestServer } from './support/server';
import { signClaims, TOKEN_SECRET } from './support/tokens';

const ME = JSON.stringify({ query: '{ me { id } }' });

describe('what comes from one address is limited before it is known who calls', () => {
  let server: TestServer;
  const start = async (config: Partial<Omit<Config, 'limits'>>): Promise<void> => {
    server = await TestServer.start({ config: { rateWindowSeconds: 3_600, ...config } });
  };
  afterEach(() => server.stop());

  async function post(headers: Record<string, string> = {}, authorization?: string): Promise<Response> {
    const token = authorization ?? (await server.headers('ann'))['authorization'] ?? '';
    return fetch(server.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token !== '' && { authorization: token }),
        ...headers,
      },
      body: ME,
    });
  }

  /** The status of the answer, and its headers; 101 when the handshake is done. */
  async function connect(headers: Record<string, string> = {}): Promise<IncomingMessage> {
    const asked = request(server.url, {
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
        'sec-websocket-protocol': 'graphql-transport-ws',
        ...headers,
      },
    });
    asked.end();
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      asked.on('response', resolve).on('error', reject);
      asked.on('upgrade', (answer, socket) => {
        socket.destroy();
        resolve(answer);
      });
    });
    response.resume();
    return response;
  }

  it('HTTP requests: 429 past the limit, whoever calls; the probes are always answered', async () => {
    await start({ rateRequests: 3 });
    for (let time = 0; time < 3; time++) expect((await post()).status).toBe(200);
    const refused = await post();
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toMatch(/^3[56]\d\d$/);
    expect(refused.headers.get('ratelimit-policy')).toBe('"requests";q=3;w=3600');
    expect(refused.headers.get('ratelimit')).toMatch(/^"requests";r=0;t=3[56]\d\d$/);
    const body = (await refused.json()) as { errors: { extensions: Record<string, unknown> }[] };
    expect(body.errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);
    expect(body.errors[0]?.extensions['retryAfterMs']).toBeGreaterThan(3_300_000);
    for (const path of ['/livez', '/readyz', '/metrics'])
      expect((await fetch(server.url.replace('/graphql', path))).status).toBe(200);
    // Sockets count by themselves.
    expect((await connect()).statusCode).toBe(101);
  });

  it('WebSocket handshakes: 429 past the limit', async () => {
    await start({ rateConnects: 2 });
    for (let time = 0; time < 2; time++) expect((await connect()).statusCode).toBe(101);
    const refused = await connect();
    expect(refused.statusCode).toBe(429);
    expect(refused.headers).toMatchObject({ 'ratelimit-policy': '"connections";q=2;w=3600' });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(3_300);
    const socket = new WebSocket(server.wsUrl, 'graphql-transport-ws');
    const [error] = (await once(socket, 'error')) as [Error];
    expect(error.message).toBe('Unexpected server response: 429');
    expect((await post()).status).toBe(200);
  });

  const guess = async (times: number): Promise<number[]> => {
    const statuses: number[] = [];
    for (let time = 0; time < times; time++) statuses.push((await post({}, `Bearer a.guess.${time}`)).status);
    return statuses;
  };
  /** How a socket is closed that says it with this token; null when it is let in. */
  const enterBySocket = async (
    socket: RawSocket,
    token: string,
  ): Promise<{ code: number; reason: string } | null> => {
    socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
    return Promise.race([
      socket.next().then(
        () => null,
        () => socket.closed,
      ),
      socket.closed,
    ]);
  };
  const SHUT_OUT = { code: 4403, reason: 'Too many refused tokens: 3 in 3600 seconds are allowed.' };

  it('refused tokens, on both doors together: past the limit no token is looked at that was not good before', async () => {
    await start({ rateFailures: 3 });
    const [ann, bob] = [await server.token('ann'), await server.token('bob')];
    expect(await guess(2)).toEqual([401, 401]);
    // A good token, and none at all, are no attempts.
    expect((await post()).status).toBe(200);
    for (let time = 0; time < 4; time++) expect((await post({}, '')).status).toBe(401);
    const third = await enterBySocket(await RawSocket.open(server), 'a.third.guess');
    expect([third?.code, third?.reason.slice(0, 14)]).toEqual([4403, 'Not signed in:']);
    // Bob has not been here yet, so his token could be one more guess.
    for (const token of ['another.guess.of', bob]) {
      const refused = await post({}, `Bearer ${token}`);
      expect(refused.status).toBe(429);
      expect(refused.headers.get('ratelimit-policy')).toBe('"refused tokens";q=3;w=3600');
      expect(await enterBySocket(await RawSocket.open(server), token)).toEqual(SHUT_OUT);
    }
    expect((await post({}, '')).status).toBe(429);
    for (let time = 0; time < 5; time++) expect((await post()).status).toBe(200);
    const socket = await RawSocket.open(server);
    expect(await enterBySocket(socket, ann)).toBeNull();
    await socket.close();
  });

  it('a token that was good passes that guard until it has ended or is revoked', async () => {
    const clock = { nowMs: Date.now(), now: (): number => clock.nowMs };
    server = await TestServer.start({
      clock,
      config: { rateWindowSeconds: 3_600, rateFailures: 3, jwtSecret: TOKEN_SECRET },
    });
    const seconds = Math.floor(clock.nowMs / 1_000);
    const short = await signClaims({ sub: 'ann', exp: seconds + 120 });
    const long = await signClaims({ sub: 'bob' });
    const revoked = await signClaims({ sub: 'cho' });
    const admin = await signClaims({ sub: 'admin', role: 'admin' });
    const status = async (token: string): Promise<number> => (await post({}, `Bearer ${token}`)).status;
    for (const token of [short, long, revoked, admin]) expect(await status(token)).toBe(200);
    expect(await guess(4)).toEqual([401, 401, 401, 429]);
    await server.call(
      { userID: 'admin', token: admin },
      'mutation { revokeTokens(input: { userID: "cho" }) { userID } }',
    );
    // It is remembered for a minute; later it is checked anew.
    for (const ms of [0, 59_000, 2_000]) {
      clock.nowMs += ms;
      expect([await status(short), await status(long), await status(revoked)]).toEqual([200, 200, 401]);
    }
    clock.nowMs += 120_000;
    // The one that has ended is told so once, and is like any other from then on.
    expect([await status(short), await status(short), await status(long)]).toEqual([401, 429, 200]);
    expect(await enterBySocket(await RawSocket.open(server), short)).toEqual(SHUT_OUT);
    expect(await enterBySocket(await RawSocket.open(server), revoked)).toEqual({
      code: 4403,
      reason: 'Not signed in: token revoked.',
    });
  });

  it('by default nobody is believed who tells of another address', async () => {
    await start({ rateRequests: 2, rateConnects: 1 });
    const from = (address: string) => ({ 'x-forwarded-for': address, forwarded: `for=${address}` });
    for (const address of ['192.0.2.1', '192.0.2.2']) expect((await post(from(address))).status).toBe(200);
    expect((await post(from('192.0.2.3'))).status).toBe(429);
    expect((await connect(from('192.0.2.4'))).statusCode).toBe(101);
    expect((await connect(from('192.0.2.5'))).statusCode).toBe(429);
  });

  it('behind a proxy, clients count by the addresses that it tells of, IPv6 by /64', async () => {
    await start({ rateRequests: 1, rateConnects: 1, trustedProxies: 1 });
    const status = async (address: string): Promise<number> =>
      (await post({ 'x-forwarded-for': address })).status;
    expect(await status('192.0.2.1')).toBe(200);
    expect(await status('192.0.2.2')).toBe(200);
    expect(await status('192.0.2.1')).toBe(429);
    expect(await status('2001:db8:0:1::1')).toBe(200);
    expect(await status('2001:db8:0:1:ffff::2')).toBe(429);
    expect(await status('2001:db8:0:2::1')).toBe(200);
    // What the client wrote itself stands to the left of what the proxy wrote.
    expect(await status('198.51.100.1, 192.0.2.1')).toBe(429);
    expect((await connect({ 'x-forwarded-for': '192.0.2.1' })).statusCode).toBe(101);
    expect((await connect({ 'x-forwarded-for': '192.0.2.1' })).statusCode).toBe(429);
    expect((await connect({ 'x-forwarded-for': '192.0.2.2' })).statusCode).toBe(101);
  });
});

describe('the address of a client', () => {
  const find = (
    settings: { AMICUS_TRUSTED_PROXIES?: string; AMICUS_FORWARDED_HEADER?: string },
    remoteAddress: string,
    headers: Record<string, string>,
  ): string => {
    const { trustedProxies, forwardedHeader } = loadConfig(settings);
    const asked = { socket: { remoteAddress }, headers } as unknown as IncomingMessage;
    return toNetwork(createAddressFinder(trustedProxies, forwardedHeader)(asked));
  };

  it.each([
    ['0', '10.0.0.1', '192.0.2.1', '10.0.0.1'],
    ['1', '10.0.0.1', '', '10.0.0.1'],
    ['1', '::ffff:10.0.0.1', '192.0.2.1, 192.0.2.2', '192.0.2.2'],
    ['2', '10.0.0.1', '192.0.2.1, 192.0.2.2', '192.0.2.1'],
    ['3', '10.0.0.1', '192.0.2.1, 192.0.2.2', '192.0.2.1'],
    ['1', '10.0.0.1', '192.0.2.1:4711', '192.0.2.1'],
    ['1', '10.0.0.1', '[2001:db8::1]:4711', '2001:db8:0:0::/64'],
    ['1', '10.0.0.1', 'unknown', '10.0.0.1'],
    ['2', '10.0.0.1', '192.0.2.1, nonsense', '10.0.0.1'],
    ['10.0.0.0/8', '10.0.0.1', '192.0.2.1', '192.0.2.1'],
    ['10.0.0.0/8', '10.0.0.1', '192.0.2.1, 192.0.2.2, 10.9.9.9', '192.0.2.2'],
    ['10.0.0.0/8', '11.0.0.1', '192.0.2.1', '11.0.0.1'],
    ['10.0.0.0/8, 192.0.2.2', '10.0.0.1', '192.0.2.1, 192.0.2.2', '192.0.2.1'],
    ['::1, fd00::/8', '::1', '2001:DB8:1:2::3, fd00::4', '2001:db8:1:2::/64'],
    ['fd00::/8', 'fe80::1%eth0', '192.0.2.1', 'fe80:0:0:0::/64'],
  ])('with %j trusted, a connection from %s that tells of %j is %s', (trusted, peer, told, expected) => {
    const headers: Record<string, string> = told === '' ? {} : { 'x-forwarded-for': told };
    expect(find({ AMICUS_TRUSTED_PROXIES: trusted }, peer, headers)).toBe(expected);
  });

  it.each([
    ['for=192.0.2.1', '192.0.2.1'],
    ['For="[2001:db8:1:2::3]:4711";proto=https', '2001:db8:1:2::/64'],
    ['for=198.51.100.1, proto=https;for=192.0.2.1;by=10.0.0.1', '192.0.2.1'],
    ['for=_hidden', '10.0.0.1'],
    ['by=192.0.2.1', '10.0.0.1'],
  ])('Forwarded: %s is %s, where that header is named', (forwarded, expected) => {
    const settings = { AMICUS_TRUSTED_PROXIES: '1', AMICUS_FORWARDED_HEADER: 'forwarded' };
    const headers = { forwarded, 'x-forwarded-for': '203.0.113.1' };
    expect(find(settings, '10.0.0.1', headers)).toBe(expected);
    expect(find({ AMICUS_TRUSTED_PROXIES: '1' }, '10.0.0.1', headers)).toBe('203.0.113.1');
  });

  it.each(['-1', '100', '10.0.0.0/33', '::/129', 'proxy.example', '10.0.0.1/8/8', '1,', 'fe80::1%eth0'])(
    'AMICUS_TRUSTED_PROXIES=%s stops the start',
    (text) => {
      expect(() => loadConfig({ AMICUS_TRUSTED_PROXIES: text })).toThrow(
        /AMICUS_TRUSTED_PROXIES must be a number/,
      );
    },
  );
});
