import { allSettings } from '../src/config.table';
import { RATE_KINDS } from '../src/rates/rate-limits';
import { readDocument, toCodeWords, toTableRows } from './support/markdown';
import { ADMIN, TestServer, type Caller, type GraphqlAnswer } from './support/server';
import { Sockets } from './support/sockets';

const ME = '{ me { id } }';
const SET_LEVEL = 'mutation ($level: Int!) { setSelfInfo(input: { level: $level }) { level } }';
const LISTEN = 'subscription { friendshipEvents { __typename } }';
const HOUR = 3_600;

interface Answer extends GraphqlAnswer<Record<string, unknown>> {
  status: number;
  headers: Headers;
}

describe('what one user asks for is limited', () => {
  let users = 0;
  const sockets = Sockets.onOwnServer({
    config: {
      rateWindowSeconds: HOUR,
      rateQueries: 3,
      rateMutations: 4,
      rateSubscriptions: 2,
      rateExports: 2,
    },
  });

  const newUser = (): string => `user${String((users += 1))}`;

  async function post(caller: string | Caller, query: string, variables = {}): Promise<Answer> {
    const headers = await sockets.server.headers(caller);
    const response = await fetch(sockets.server.url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    const answer = (await response.json()) as GraphqlAnswer<Record<string, unknown>>;
    return { ...answer, status: response.status, headers: response.headers };
  }

  /** Between nothing and an hour, and not the first second of it that has begun. */
  function expectWithinTheHour(seconds: number): void {
    expect(seconds).toBeGreaterThan(HOUR - 300);
    expect(seconds).toBeLessThanOrEqual(HOUR);
  }

  it('queries over HTTP: answers tell how many are left, the one past the limit when there will be more', async () => {
    const user = newUser();
    for (const left of [2, 1, 0]) {
      const { status, headers, data } = await post(user, ME);
      expect([status, data]).toEqual([200, { me: { id: user } }]);
      expect(headers.get('ratelimit-policy')).toBe(`"queries";q=3;w=${HOUR}`);
      expect(headers.get('ratelimit')).toMatch(new RegExp(`^"queries";r=${left};t=\\d+$`));
      expect(headers.get('retry-after')).toBeNull();
    }
    for (let time = 0; time < 2; time++) {
      const { status, headers, data, errors } = await post(user, ME);
      expect([status, data]).toEqual([429, undefined]);
      const { code, retryAfterMs } = errors?.[0]?.extensions ?? {};
      expect(code).toBe('RATE_LIMITED');
      expect(errors?.[0]?.message).toBe(`Too many queries: 3 in ${HOUR} seconds are allowed.`);
      expectWithinTheHour(Number(retryAfterMs) / 1_000);
      expectWithinTheHour(Number(headers.get('retry-after')));
      expect(headers.get('ratelimit-policy')).toBe(`"queries";q=3;w=${HOUR}`);
      expect(headers.get('ratelimit')).toBe(`"queries";r=0;t=${String(headers.get('retry-after'))}`);
    }
    // Each kind by itself, each user too.
    expect((await post(user, SET_LEVEL, { level: 1 })).status).toBe(200);
    expect((await post(newUser(), ME)).status).toBe(200);
  });

  it('mutations: of the one past the limit nothing is done', async () => {
    const user = newUser();
    for (const level of [1, 2, 3, 4])
      expect((await post(user, SET_LEVEL, { level })).data).toEqual({ setSelfInfo: { level } });
    expect((await post(user, SET_LEVEL, { level: 5 })).status).toBe(429);
    expect((await post(user, '{ me { level } }')).data).toEqual({ me: { level: 4 } });
  });

  it.each([
    ['aliases', 'mutation { a: SET b: SET c: SET d: SET e: SET }'],
    ['inline fragments', 'mutation { a: SET ... { b: SET c: SET ... on Mutation { d: SET } } e: SET }'],
    [
      'fragments in fragments',
      'mutation { ...Two ...Two } fragment Two on Mutation { ...One b: SET } fragment One on Mutation { a: SET c: SET }',
    ],
  ])('mutations count by their root fields, in %s', async (_what, template) => {
    const user = newUser();
    const tooMany = template.replaceAll('SET', 'setSelfInfo(input: { level: 7 }) { level }');
    const { status, errors } = await post(user, tooMany);
    expect([status, errors?.[0]?.extensions['code']]).toEqual([429, 'RATE_LIMITED']);
    expect((await post(user, '{ me { level } }')).data).toEqual({ me: { level: 0 } });
  });

  it('as many root fields as are left are served', async () => {
    const set = 'setSelfInfo(input: { level: 7 }) { level }';
    const { status, headers } = await post(newUser(), `mutation { a: ${set} b: ${set} c: ${set} d: ${set} }`);
    expect([status, headers.get('ratelimit')?.replace(/t=.*/, '')]).toEqual([200, '"mutations";r=0;']);
  });

  it('exports, beside other queries, on both doors together', async () => {
    const user = newUser();
    const EXPORT = 'query ($id: ID!) { ...All } fragment All on Query { mine: exportUser(userID: $id) }';
    expect((await post(user, EXPORT, { id: user })).data).toMatchObject({ mine: { userID: user } });
    const socket = await sockets.init(user);
    socket.subscribe('1', EXPORT, { id: user });
    expect(await socket.next()).toMatchObject({ id: '1', payload: { data: { mine: { userID: user } } } });
    expect(await socket.next()).toMatchObject({ id: '1', type: 'complete' });
    const { status, data, errors, headers } = await post(user, EXPORT, { id: user });
    expect([status, data, errors?.[0]?.message]).toEqual([
      429,
      undefined,
      `Too many exports: 2 in ${HOUR} seconds are allowed.`,
    ]);
    expect(headers.get('ratelimit-policy')).toBe(`"exports";q=2;w=${HOUR}`);
    expectWithinTheHour(Number(headers.get('retry-after')));
    // Nobody else's export, and administrators have no such limit.
    const other = newUser();
    expect((await post(other, EXPORT, { id: other })).status).toBe(200);
    for (const caller of [ADMIN, { ...ADMIN, actAs: user }])
      for (let time = 0; time < 3; time++)
        expect((await post(caller, EXPORT, { id: user })).status).toBe(200);
  });

  it('operations over WebSocket: an error for that one alone, with the same count as over HTTP', async () => {
    const user = newUser();
    const socket = await sockets.init(user);
    await post(user, ME);
    for (const id of ['1', '2']) {
      socket.subscribe(id, ME);
      expect(await socket.next()).toMatchObject({ id, type: 'next' });
      expect(await socket.next()).toMatchObject({ id, type: 'complete' });
    }
    socket.subscribe('3', ME);
    const refused = (await socket.next()) as { payload: { extensions: Record<string, number> }[] };
    expect(refused).toMatchObject({
      id: '3',
      type: 'error',
      payload: [{ extensions: { code: 'RATE_LIMITED' } }],
    });
    expectWithinTheHour((refused.payload[0]?.extensions['retryAfterMs'] ?? 0) / 1_000);
    expect((await post(user, ME)).status).toBe(429);
    // The socket lives, and so does what else it does.
    socket.subscribe('3', SET_LEVEL, { level: 2 });
    expect(await socket.next()).toMatchObject({ id: '3', payload: { data: { setSelfInfo: { level: 2 } } } });
    expect(await socket.next()).toMatchObject({ id: '3', type: 'complete' });
    socket.send({ type: 'ping' });
    expect(await socket.next()).toEqual({ type: 'pong' });
  });

  it('documents over WebSocket that are not valid: past the limit no new document is looked at', async () => {
    const user = newUser();
    const socket = await sockets.init(user);
    const ask = async (id: string, query: string): Promise<unknown> => {
      socket.subscribe(id, query);
      const { payload } = (await socket.next()) as { payload: { extensions: { code: string } }[] };
      return payload[0]?.extensions.code;
    };
    for (const id of ['1', '2', '3']) expect(await ask(id, `{ no${id} }`)).toBe('GRAPHQL_VALIDATION_FAILED');
    for (const query of ['{ no4 }', '{ no5 ', '{ no1 }', '{ me { level } }'])
      expect([query, await ask('4', query)]).toEqual([query, 'RATE_LIMITED']);
    // What is known costs nothing.
    const other = await sockets.init(newUser());
    other.subscribe('1', ME);
    await other.next();
    socket.subscribe('5', ME);
    expect(await socket.next()).toMatchObject({ payload: { data: { me: { id: user } } } });
  });

  it('documents over HTTP that cannot be executed: past the limit no new document is looked at', async () => {
    const [user, other] = [newUser(), newUser()];
    expect((await post(other, '{ me { id nickName } }')).status).toBe(200);
    const tooDeep = `{ ${'...{'.repeat(250)} me { id } ${'}'.repeat(250)} }`;
    for (const [query, code] of [
      ['{ no1 }', 'GRAPHQL_VALIDATION_FAILED'],
      ['{ no2 ', 'GRAPHQL_PARSE_FAILED'],
      [tooDeep, 'QUERY_TOO_COMPLEX'],
    ] as const) {
      const { status, headers, errors } = await post(user, query);
      expect([status, errors?.[0]?.extensions['code']]).toEqual([400, code]);
      expect(headers.get('ratelimit-policy')).toBe(`"invalid documents";q=3;w=${HOUR}`);
    }
    // Also one that is valid, and one that was found invalid before.
    for (const query of ['{ me { selfSignature } }', '{ no1 }', tooDeep]) {
      const { status, headers, errors } = await post(user, query);
      expect([query, status, errors?.[0]?.extensions['code']]).toEqual([query, 429, 'RATE_LIMITED']);
      expectWithinTheHour(Number(headers.get('retry-after')));
    }
    // What is known costs nothing, and counts as ever.
    const known = await post(user, '{ me { id nickName } }');
    expect([known.status, known.headers.get('ratelimit')?.replace(/t=.*/, '')]).toEqual([
      200,
      '"queries";r=2;',
    ]);
    expect((await post(other, '{ no4 }')).status).toBe(400);
    for (let time = 0; time < 5; time++) expect((await post(ADMIN, `{ no${time} }`)).status).toBe(400);
  });

  it.each<[string, string, (url: string, text: string) => [string, RequestInit]]>([
    [
      'a subscription over HTTP',
      LISTEN,
      (url, query) => [url, { method: 'POST', body: JSON.stringify({ query }) }],
    ],
    [
      'a mutation by GET',
      'mutation { setSelfInfo(input: { level: 7 }) { level } }',
      (url, query) => [`${url}?${String(new URLSearchParams({ query }))}`, {}],
    ],
  ])(
    '%s, which is not served, counts as a document that cannot be executed',
    async (_what, text, toRequest) => {
      const headers = {
        ...(await sockets.server.headers(newUser())),
        'content-type': 'application/json',
      };
      const statuses: number[] = [];
      for (let time = 0; time < 5; time++) {
        // A new document each time.
        const [url, init] = toRequest(sockets.server.url, `${text} #${time}`);
        const response = await fetch(url, { ...init, headers });
        expect(response.headers.get('ratelimit-policy')).toBe(`"invalid documents";q=3;w=${HOUR}`);
        statuses.push(response.status);
      }
      expect(statuses.map((status) => status === 429)).toEqual([false, false, false, true, true]);
    },
  );

  it('a document without the operation that is asked for counts each time, though it is known', async () => {
    const two = 'query A { me { id } } query B { me { id } }';
    const [overHttp, overSocket] = [newUser(), newUser()];
    const socket = await sockets.init(overSocket);
    for (const expected of [false, false, false, true]) {
      const { errors } = await post(overHttp, two);
      expect(errors?.map(({ extensions }) => extensions['code'] === 'RATE_LIMITED')).toEqual([expected]);
      socket.subscribe('1', two);
      const { payload } = (await socket.next()) as { payload: unknown };
      expect(JSON.stringify(payload).includes('RATE_LIMITED')).toBe(expected);
    }
  });

  it('what is over the limit on complexity counts as a document that cannot be executed, on both doors', async () => {
    const tooMuch = 'query ($id: ID!) { one: exportUser(userID: $id) two: exportUser(userID: $id) }';
    const [user, overSocket] = [newUser(), newUser()];
    const socket = await sockets.init(overSocket);
    for (const code of ['QUERY_TOO_COMPLEX', 'QUERY_TOO_COMPLEX', 'QUERY_TOO_COMPLEX', 'RATE_LIMITED']) {
      const { headers, errors } = await post(user, tooMuch, { id: user });
      expect(errors?.[0]?.extensions['code']).toBe(code);
      expect(headers.get('ratelimit-policy')).toBe(`"invalid documents";q=3;w=${HOUR}`);
      socket.subscribe('1', tooMuch, { id: overSocket });
      expect(await socket.next()).toMatchObject({ type: 'error', payload: [{ extensions: { code } }] });
    }
    for (const asking of [user, overSocket])
      expect((await post(asking, ME)).headers.get('ratelimit')).toMatch(/^"queries";r=2;/);
  });

  it('documents that cannot be executed count together over both doors', async () => {
    const user = newUser();
    const socket = await sockets.init(user);
    expect((await post(user, '{ no1 }')).status).toBe(400);
    for (const id of ['1', '2']) {
      socket.subscribe(id, `{ no${id} }`);
      expect(await socket.next()).toMatchObject({
        payload: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
      });
    }
    expect((await post(user, '{ no2 }')).status).toBe(429);
    socket.subscribe('3', '{ no3 }');
    expect(await socket.next()).toMatchObject({ payload: [{ extensions: { code: 'RATE_LIMITED' } }] });
  });

  it('subscriptions: two are begun, a third is refused and listens to nothing', async () => {
    const user = newUser();
    const socket = await sockets.init(user);
    for (const id of ['1', '2']) {
      socket.subscribe(id, LISTEN);
      expect(await socket.next()).toMatchObject({ id, type: 'next' });
    }
    socket.subscribe('3', LISTEN);
    expect(await socket.next()).toMatchObject({ id: '3', type: 'error' });
    await post(user, SET_LEVEL, { level: 9 });
    const told = [await socket.next(), await socket.next()].map(({ id }) => id);
    expect(told.sort()).toEqual(['1', '2']);
    expect(await socket.drain()).toEqual([]);
  });

  it('administrators are not, nor whom they act for when they do', async () => {
    const user = newUser();
    // Nobody acts for a user who does not exist.
    await post(user, '{ me { id } }');
    for (const caller of [ADMIN, { ...ADMIN, actAs: user }]) {
      for (let level = 1; level <= 6; level++) {
        const { status, headers } = await post(caller, SET_LEVEL, { level });
        expect([status, headers.get('ratelimit')]).toEqual([200, null]);
      }
    }
    const { headers } = await post(user, SET_LEVEL, { level: 1 });
    expect(headers.get('ratelimit')).toMatch(/^"mutations";r=3;/);
  });

  it('what was refused is counted in the metrics, by kind', async () => {
    const user = newUser();
    const read = async (): Promise<Record<string, number>> => {
      const text = await (await fetch(sockets.server.url.replace('/graphql', '/metrics'))).text();
      const lines = text.matchAll(/^amicus_rate_limited_total\{kind="(\w+)"\} (\d+)$/gm);
      return Object.fromEntries([...lines].map(([, kind = '', count]) => [kind, Number(count)]));
    };
    const before = await read();
    expect(Object.keys(before).sort()).toEqual([...RATE_KINDS].sort());
    for (let time = 0; time < 5; time++) await post(user, ME);
    for (let time = 0; time < 4; time++) await post(user, '{');
    const { queries = NaN, invalidDocuments = NaN } = before;
    expect(await read()).toEqual({ ...before, queries: queries + 2, invalidDocuments: invalidDocuments + 1 });
  });
});

test('a window ends, and the next one begins', async () => {
  const server = await TestServer.start({ config: { rateWindowSeconds: 1, rateMutations: 1 } });
  const set = async (): Promise<boolean> =>
    (await server.send('ann', SET_LEVEL, { level: 1 })).errors === undefined;
  expect(await set()).toBe(true);
  // How often it is refused until then depends on the machine.
  while (!(await set()));
  await server.stop();
});

test('0 switches a limit off', async () => {
  const server = await TestServer.start({
    config: { rateWindowSeconds: HOUR, rateQueries: 0, rateMutations: 1 },
  });
  for (let time = 0; time < 5; time++) await server.call('ann', ME);
  await server.call('ann', SET_LEVEL, { level: 1 });
  expect((await server.send('ann', SET_LEVEL, { level: 1 })).errors).toHaveLength(1);
  await server.stop();
});

test('docs/rate-limits.md has every limit, with its setting and default', () => {
  const page = readDocument('docs/rate-limits.md');
  const written = toTableRows(page, 'Requests').map(([, , setting = '', value]) => [
    toCodeWords(setting)[0],
    value,
  ]);
  const counted = allSettings.filter(
    ({ name }) => name.startsWith('AMICUS_RATE_') && name !== 'AMICUS_RATE_WINDOW_SECONDS',
  );
  expect(written).toHaveLength(counted.length);
  expect(Object.fromEntries(written)).toEqual(
    Object.fromEntries(counted.map((row) => [row.name, row.default])),
  );
});
