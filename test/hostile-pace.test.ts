import { readSeries } from './support/metrics';
import { RawConnection } from './support/raw-connection';
import { RawSocket } from './support/raw-socket';
import { ADMIN, TestServer, type Caller } from './support/server';

const LARGE_BYTES = 64 * 1024;
const MAX_COMMAS = 50_000;
const ME = '{ me { id } }';

describe('what is dear and anybody can cause is done at a pace', () => {
  let server: TestServer;
  const connections: RawConnection[] = [];
  beforeEach(async () => {
    server = await TestServer.start({ config: { rateFailures: 0 } });
  });
  afterEach(async () => {
    for (const connection of connections.splice(0)) connection.close();
    await server.stop();
  });

  const open = async (localAddress?: string): Promise<RawConnection> => {
    const connection = await RawConnection.open(server.url, localAddress);
    connections.push(connection);
    return connection;
  };

  async function post(caller: Caller, body: string): Promise<Response> {
    const headers = { ...(await server.headers(caller)), 'content-type': 'application/json' };
    return fetch(server.url, { method: 'POST', headers, body });
  }

  async function count(name: 'waiting' | 'paced_total', lane: string): Promise<number> {
    return (await readSeries(server)).get(`amicus_lane_${name}{lane="${lane}"}`) ?? NaN;
  }

  async function untilSomeWait(lane: string): Promise<void> {
    while ((await count('waiting', lane)) === 0);
  }

  /** Collects how each has ended, as they end. */
  function gather<Outcome>(all: readonly Promise<Outcome>[]): Outcome[] {
    const ended: Outcome[] = [];
    for (const each of all) void each.then((outcome) => ended.push(outcome));
    return ended;
  }

  describe('large bodies', () => {
    const large = (text = ME): string => JSON.stringify({ query: text }).padEnd(LARGE_BYTES + 1);

    it('wait for their turn, others do not; past what may wait they are refused, and each user has turns', async () => {
      const ann = { userID: 'ann' };
      await post(ann, large());
      const sent = Array.from({ length: 100 }, async () => (await post(ann, large())).status);
      const ended = gather(sent);
      await untilSomeWait('bodies');
      // As large as a body may be that is not.
      expect((await post(ann, JSON.stringify({ query: ME }).padEnd(LARGE_BYTES))).status).toBe(200);
      expect((await post({ userID: 'bob' }, large())).status).toBe(200);
      expect(ended.length).toBeLessThan(sent.length);
      const all = await Promise.all(sent);
      expect(new Set(all)).toEqual(new Set([200, 429]));
      expect(await count('paced_total', 'bodies')).toBeGreaterThan(all.filter((each) => each === 429).length);
      expect((await post(ann, large())).status).toBe(200);
    });

    it('of administrators are not held up, whomever they act for', async () => {
      await server.call('ann', ME);
      const caller = { ...ADMIN, actAs: 'ann' };
      const all = await Promise.all(Array.from({ length: 100 }, () => post(caller, large())));
      expect(new Set(all.map(({ status }) => status))).toEqual(new Set([200]));
      expect(await count('paced_total', 'bodies')).toBe(0);
    });

    it('hold so many values and no more, but those of administrators', async () => {
      const toBody = (commas: number): string =>
        `{"query":"{ me { id } }","variables":{"list":[${Array(commas).fill('1').join()}]}}`;
      expect((await post({ userID: 'ann' }, toBody(MAX_COMMAS))).status).toBe(200);
      const refused = await post({ userID: 'ann' }, toBody(MAX_COMMAS + 1));
      expect(refused.status).toBe(400);
      expect(await refused.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
      expect((await post(ADMIN, toBody(MAX_COMMAS + 1))).status).toBe(200);
    });

    it('that nobody is to read end the connection', async () => {
      for (const bytes of [LARGE_BYTES, LARGE_BYTES + 1]) {
        const connection = await open();
        connection.write(`POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: ${bytes}\r\n\r\n`);
        const answer = await connection.until((text) => text.includes('UNAUTHENTICATED'));
        expect(answer).toMatch(/^HTTP\/1\.1 401 /);
        expect(/^connection: close\r$/im.test(answer)).toBe(bytes > LARGE_BYTES);
        if (bytes > LARGE_BYTES) await connection.untilClosed();
      }
    });

    it.each(['/livez', '/readyz', '/metrics', '/nowhere', '/graphql?query={me{id}}'])(
      'that nobody has asked for end the connection: GET %s',
      async (target) => {
        const { authorization } = await server.headers('ann');
        for (const [length, isLast] of [
          [`Content-Length: ${LARGE_BYTES}`, false],
          [`Content-Length: ${LARGE_BYTES + 1}`, true],
          ['Transfer-Encoding: chunked', true],
        ] as const) {
          const connection = await open();
          connection.write(
            `GET ${target} HTTP/1.1\r\nHost: x\r\nAuthorization: ${String(authorization)}\r\n${length}\r\n\r\n`,
          );
          const answer = await connection.until((text) => text.includes('\r\n\r\n'));
          expect([length, /^connection: close\r$/im.test(answer)]).toEqual([length, isLast]);
          if (isLast) await connection.untilClosed();
        }
      },
    );
  });

  describe('new documents', () => {
    let serial = 0;
    /** Takes milliseconds to be checked. */
    const toNew = (): string =>
      `{ me { new${String(++serial)}: id ${'id nickName faceUrl selfSignature gender birthday '.repeat(40)} } }`;

    it('over HTTP wait for their turn, known ones do not; past what may wait they are refused', async () => {
      await server.call('bob', ME);
      const sent = Array.from({ length: 300 }, () => server.send('ann', toNew()));
      const ended = gather(sent);
      await untilSomeWait('documents');
      expect(await server.call('bob', ME)).toEqual({ me: { id: 'bob' } });
      expect(await server.send('bob', toNew())).toMatchObject({ data: { me: { id: 'bob' } } });
      expect(ended.length).toBeLessThan(sent.length);
      const all = await Promise.all(sent);
      const refused = all.filter(({ data }) => data === undefined);
      expect(refused.length).toBeGreaterThan(0);
      expect(refused.length).toBeLessThan(all.length);
      for (const { errors } of refused)
        expect(errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED', retryAfterMs: 1_000 } }]);
    });

    it('that waited are not for who may call no longer', async () => {
      const sent = Array.from({ length: 200 }, () => server.send('ann', toNew()));
      await untilSomeWait('documents');
      await server.call(ADMIN, 'mutation { revokeTokens(input: { userID: "ann" }) { userID } }');
      const codes = (await Promise.all(sent)).map(({ errors }) => errors?.[0]?.extensions['code']);
      expect(codes).toContain('UNAUTHENTICATED');
    });

    it('over WebSocket hold up what comes behind them on theirs, and nothing is lost', async () => {
      const [ann, bob] = await Promise.all(
        ['ann', 'bob'].map(async (userID) => RawSocket.initAs(server, userID)),
      );
      if (ann === undefined || bob === undefined) throw new Error('Two were opened.');
      await bob.drain();
      const ids: string[] = [];
      do {
        const more = Array.from({ length: 40 }, (_, index) => String(ids.length + index));
        for (const id of more) ann.subscribe(id, toNew());
        ids.push(...more);
      } while ((await count('waiting', 'documents')) === 0);
      const heard: string[] = [];
      const all = (async () => {
        while (heard.length < ids.length) {
          const { type, id = '' } = await ann.next();
          if (type === 'next') heard.push(id);
        }
      })();
      await bob.drain();
      bob.subscribe('new', toNew());
      expect(await bob.next()).toMatchObject({ type: 'next', id: 'new' });
      expect(heard.length).toBeLessThan(ids.length);
      await all;
      expect(heard.sort()).toEqual(ids.sort());
      await Promise.all([ann.close(), bob.close()]);
    });
  });

  describe('refusals', () => {
    const ASK = 'GET /graphql?query={me{id}} HTTP/1.1\r\nHost: x\r\n\r\n';

    it('wait for their turn, a token that was good before does not, and each address has turns', async () => {
      expect((await post({ userID: 'ann' }, JSON.stringify({ query: ME }))).status).toBe(200);
      const flood = await Promise.all(Array.from({ length: 300 }, () => open()));
      for (const each of flood)
        each.write(`POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: ${LARGE_BYTES + 1}\r\n\r\n`);
      const ended = gather(flood.map((each) => each.closed));
      await untilSomeWait('refusals');
      expect((await post({ userID: 'ann' }, JSON.stringify({ query: ME }))).status).toBe(200);
      const other = await open('127.0.0.2');
      other.write(ASK);
      expect(await other.until((text) => text.includes('}'))).toMatch(/^HTTP\/1\.1 401 /);
      const socket = await RawSocket.open(server, { localAddress: '127.0.0.3' });
      socket.send({ type: 'connection_init', payload: { authorization: 'Bearer a.b.c' } });
      expect((await socket.closed).code).toBe(4403);
      const newcomer = await RawSocket.initAs(server, 'bob', {
        localAddress: '127.0.0.3',
      });
      await newcomer.close();
      // Who asks many times at once is answered once: what was sent behind that is not looked at.
      const pipelined = await open('127.0.0.4');
      pipelined.write(ASK.repeat(30));
      expect((await pipelined.untilClosed()).split('HTTP/1.1 ')).toHaveLength(2);
      expect(ended.length).toBeLessThan(flood.length);
      await Promise.all(flood.map((each) => each.untilClosed()));
    });
  });
});
