import { getIntrospectionQuery } from 'graphql';
import { defaultQueryLimits } from '../src/query-limits';
import { BothDoors } from './support/both-doors';
import { TestServer, type GraphqlAnswer } from './support/server';

const tooComplex = (limit: string): object => ({
  errors: [{ extensions: { code: 'QUERY_TOO_COMPLEX', limit } }],
});
const failed = (code: string): object => ({
  errors: expect.arrayContaining([expect.objectContaining({ extensions: { code } })]) as unknown,
});
const VALIDATION = failed('GRAPHQL_VALIDATION_FAILED');

const times = (count: number, toText: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => toText(index)).join(' ');
const nested = (count: number, open: string, core: string): string =>
  `${open.repeat(count)}${core}${'}'.repeat(count)}`;

/** What graphql-cop sends to overload a server, what graphql-armor stops, and the worst that 5,000 tokens can do. */
const ATTACKS: [name: string, query: string, refusal: object][] = [
  ['aliases', `{ ${times(101, (n) => `alias${n}: __typename`)} }`, tooComplex('rootFields')],
  ['aliases below the root', `{ me { ${times(31, (n) => `alias${n}: id`)} } }`, tooComplex('aliases')],
  ['directives', `{ __typename ${'@aa'.repeat(10)} }`, tooComplex('directives')],
  ['directives that exist', `{ me { id ${'@skip(if: false) '.repeat(700)} } }`, tooComplex('directives')],
  ['one field over and over', `{ ${'__typename \n'.repeat(500)} }`, tooComplex('repeats')],
  ['one object over and over', `{ ${'a: me { id } '.repeat(700)} }`, tooComplex('repeats')],
  ['one leaf under many objects', `{ ${`a: me { ${'id '.repeat(45)}} `.repeat(98)} }`, tooComplex('repeats')],
  [
    'one leaf of many fragments',
    `{ me { ${times(300, (n) => `...F${n}`)} } } ${times(300, (n) => `fragment F${n} on User { id }`)}`,
    tooComplex('repeats'),
  ],
  [
    'circular introspection',
    '{ __schema { types { fields { type { fields { type { fields { type { fields { type { name } } } } } } } } } } }',
    tooComplex('listDepth'),
  ],
  [
    'circular introspection without a list too many',
    '{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }',
    tooComplex('listDepth'),
  ],
  [
    'circular fragments',
    '{ __schema { ...A } } fragment A on __Schema { __typename ...B } fragment B on __Schema { ...A }',
    VALIDATION,
  ],
  ['a fragment in itself', '{ me { ...A } } fragment A on User { id ...A }', VALIDATION],
  [
    'circles of 35 fragments',
    `{ me { ...F0 } } ${times(35, (n) => `fragment F${n} on User { id ${times(35, (m) => `...F${m}`)} }`)}`,
    tooComplex('repeats'),
  ],
  [
    'fragments that double 180 times',
    `{ me { ...F0 } } ${times(180, (n) => `fragment F${n} on User { ...F${n + 1} ...F${n + 1} }`)} fragment F180 on User { id }`,
    tooComplex('repeats'),
  ],
  [
    'fragments that double and hold nothing',
    `{ me { ...F0 } } ${times(180, (n) => `fragment F${n} on User { ...F${n + 1} ...F${n + 1} }`)} fragment F180 on User { ...Missing }`,
    tooComplex('selections'),
  ],
  [
    'fragments that nobody spreads',
    `{ me { id } } fragment A on Query { ${'a: me { id } '.repeat(700)} }`,
    tooComplex('repeats'),
  ],
  [
    'fragments in fragments',
    `{ me { ...F0 } } ${times(400, (n) => `fragment F${n} on User { ...F${n + 1} }`)} fragment F400 on User { id }`,
    tooComplex('nesting'),
  ],
  ['deep inline fragments', nested(1_600, '{ ...', '{ me { id } }'), tooComplex('nesting')],
  ['deep fields', '{ me '.repeat(1_600), failed('GRAPHQL_PARSE_FAILED')],
  ['deep fields that end well', nested(1_600, '{ me ', '{ id }'), tooComplex('depth')],
  [
    'deep lists',
    `{ usersInfo(userIDs: ${'['.repeat(2_480)}${']'.repeat(2_480)}) { code } }`,
    // On which of both it is depends on the stack of the machine.
    { errors: [{ extensions: { code: expect.stringMatching(/PARSE_FAILED|TOO_COMPLEX/) as string } }] },
  ],
  [
    'deep values',
    `{ usersInfo(userIDs: ${'['.repeat(200)}${']'.repeat(200)}) { code } }`,
    tooComplex('valueDepth'),
  ],
  ['a deep type', `query ($a: ${'['.repeat(2_400)}Int${']'.repeat(2_400)}) { me { id } }`, VALIDATION],
  [
    'pages in pages',
    '{ friendGroups { friends(first: 500) { nodes { userID friendRemark user { nickName faceUrl allowType } } } } }',
    tooComplex('complexity'),
  ],
  [
    'pages side by side',
    `{ ${times(20, (n) => `a${n}: friendList(first: 500) { nodes { userID ${'friendRemark '.repeat(9)} user { id } } edges { cursor node { userID user { id } } } }`)} }`,
    tooComplex('complexity'),
  ],
  ['tokens', `{ ${'me { id } '.repeat(2_000)} }`, failed('GRAPHQL_PARSE_FAILED')],
  ['names that are unknown', `{ me { ${times(2_000, (n) => `nickNam${n}`)} } }`, VALIDATION],
  ['an operation of a kind that is unknown', 'qwerty cop { abc }', failed('GRAPHQL_PARSE_FAILED')],
];

describe('attacks by a document', () => {
  let server: TestServer;
  let doors: BothDoors;
  beforeAll(async () => {
    server = await TestServer.start();
    doors = await BothDoors.open(server, 'bob');
  });
  afterAll(async () => {
    await doors.close();
    await server.stop();
  });

  it.each(ATTACKS)('by %s: nothing is executed, and the server goes on', async (_name, query, refusal) => {
    for (let time = 0; time < 2; time++) {
      const answer = await doors.ask(query);
      expect(answer).toMatchObject(refusal);
      expect(JSON.stringify(answer)).not.toMatch(
        /INTERNAL_SERVER_ERROR|stack|exception|node_modules|tracing/,
      );
    }
    expect(await doors.ask('{ me { id } }')).toEqual({ data: { me: { id: 'bob' } } });
  });

  it('by deeper fields than the parser has room for, where so many tokens are allowed', async () => {
    const roomy = await TestServer.start({
      config: { queryLimits: { ...defaultQueryLimits, tokens: 100_000 } },
    });
    const roomyDoors = await BothDoors.open(roomy, 'bob');
    expect(await roomyDoors.ask('{a'.repeat(40_000))).toMatchObject({
      errors: [
        {
          message: 'The document is nested too deeply.',
          extensions: { code: 'GRAPHQL_PARSE_FAILED' },
        },
      ],
    });
    await roomyDoors.close();
    await roomy.stop();
  });

  it('by variables that are nested as deep as fits', async () => {
    // Any deeper, and the JSON is not read at all.
    const depth = 50;
    const deep = JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`) as unknown;
    const listen =
      'subscription ($types: [FriendshipEventType!]) { friendshipEvents(types: $types) { seq } }';
    expect(await doors.askSocket(listen, { types: ['STREAM_OPENED'], other: [[1]] })).toMatchObject({
      data: {},
    });
    for (const query of ['{ me { id } }', 'query ($ids: [ID!]!) { usersInfo(userIDs: $ids) { code } }']) {
      expect(await doors.ask(query, { ids: deep })).toMatchObject(tooComplex('valueDepth'));
    }
    expect(await doors.askSocket(listen, { types: deep })).toMatchObject(tooComplex('valueDepth'));
  });

  it.each([
    ['a query', 'query ($i: SearchFriendsInput!) { searchFriends(input: $i) { totalCount } }'],
    ['a mutation', 'mutation ($i: SetSelfInfoInput!) { setSelfInfo(input: $i) { id } }'],
    ['a subscription', 'subscription ($i: [FriendshipEventType!]) { friendshipEvents(types: $i) { seq } }'],
  ])('by a large variable of %s with many mistakes, of which each quotes it', async (_what, query) => {
    const mistakes = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`u${index}`, 1]));
    const i = { text: 'x'.repeat(100_000), ...mistakes };
    const many = query.startsWith('subscription') ? Array.from({ length: 60 }, () => 'x'.repeat(2_000)) : i;
    const ask = query.startsWith('subscription') ? doors.askSocket.bind(doors) : doors.ask.bind(doors);
    const answer = await ask(query, { i: many });
    expect(answer.errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT' });
    expect(JSON.stringify(answer).length).toBeLessThan(10_000);
  });

  it('by a document that was persisted: its variables count each time', async () => {
    const query =
      'query ($n: Int!) { friendGroups { friends(first: $n) { nodes { userID friendRemark user { nickName faceUrl allowType } } } } }';
    expect((await doors.ask(query, { n: 10 })).errors).toBeUndefined();
    expect(await doors.ask(query, { n: 500 })).toMatchObject(tooComplex('complexity'));
    expect((await doors.ask(query, { n: 10 })).errors).toBeUndefined();
  });
});

describe('attacks by a request', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());

  const MUTATION = 'mutation { setSelfInfo(input: { level: 9 }) { level } }';
  const send = async (
    path: string,
    init: { method: string; headers?: Record<string, string>; body?: string },
  ) => {
    const headers = new Headers({ ...(await server.headers('bob')), ...init.headers });
    const response = await fetch(new URL(path, server.url), { ...init, headers });
    return { status: response.status, text: await response.text() };
  };
  const expectNothingDone = async (): Promise<void> => {
    expect(await server.call('bob', '{ me { level } }')).toEqual({ me: { level: 0 } });
  };

  it.each([1, 2, 10])('a batch of %i is refused whole, with a word why', async (count) => {
    const body = JSON.stringify(Array.from({ length: count }, () => ({ query: MUTATION })));
    const { status, text } = await send('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(status).toBe(400);
    expect(JSON.parse(text)).toMatchObject({
      errors: [
        { message: expect.stringMatching(/batching/i) as string, extensions: { code: 'BAD_REQUEST' } },
      ],
    });
    await expectNothingDone();
  });

  it('a batch in one message is no message, and closes the socket', async () => {
    const doors = await BothDoors.open(server, 'bob');
    await expect(
      doors.sendRaw(JSON.stringify([{ type: 'subscribe', id: '1', payload: { query: MUTATION } }])),
    ).resolves.toMatchObject({ code: 4400 });
    await expectNothingDone();
  });

  it('a mutation by GET is refused', async () => {
    const { status } = await send(`/graphql?query=${encodeURIComponent(MUTATION)}`, { method: 'GET' });
    expect(status).toBe(405);
    await expectNothingDone();
  });

  it.each([
    ['application/x-www-form-urlencoded', `query=${encodeURIComponent(MUTATION)}`],
    ['text/plain', JSON.stringify({ query: MUTATION })],
    [
      'multipart/form-data; boundary=b',
      `--b\r\ncontent-disposition: form-data; name="operations"\r\n\r\n${JSON.stringify({ query: MUTATION })}\r\n--b--\r\n`,
    ],
  ])('what a form can send, %s, is not read', async (contentType, body) => {
    for (const query of ['', `?query=${encodeURIComponent(MUTATION)}`]) {
      const { status } = await send(`/graphql${query}`, {
        method: 'POST',
        headers: { 'content-type': contentType },
        body,
      });
      expect(status).toBe(400);
    }
    await expectNothingDone();
  });

  it.each(['/graphql', '/graphiql', '/playground', '/console', '/'])(
    'no page of an IDE is served at %s',
    async (path) => {
      const { text } = await send(path, { method: 'GET', headers: { accept: 'text/html' } });
      expect(text).not.toMatch(/<html|graphiql|playground|sandbox/i);
    },
  );

  it.each([
    ['tracing', { 'apollo-tracing': '1', 'x-apollo-tracing': '1', 'apollo-query-plan-experimental': '1' }],
    ['a federated trace', { 'apollo-federation-include-trace': 'ftv1' }],
    ['a cache to answer for it', { 'apollo-require-preflight': '1', 'x-forwarded-host': 'evil.example' }],
  ])('asking for %s gives nothing but the answer', async (_name, headers) => {
    const { text } = await send('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query: '{ __typename }', extensions: { tracing: true } }),
    });
    expect(JSON.parse(text)).toEqual({ data: { __typename: 'Query' } });
  });
});

describe('the schema', () => {
  let open: TestServer;
  let closed: TestServer;
  let openDoors: BothDoors;
  let closedDoors: BothDoors;
  beforeAll(async () => {
    open = await TestServer.start();
    closed = await TestServer.start({ config: { introspection: false } });
    openDoors = await BothDoors.open(open, 'bob');
    closedDoors = await BothDoors.open(closed, 'bob');
  });
  afterAll(async () => {
    await openDoors.close();
    await closedDoors.close();
    await open.stop();
    await closed.stop();
  });

  it.each([
    getIntrospectionQuery(),
    '{ __type(name: "User") { name } }',
    '{ ...F } fragment F on Query { a: __schema { queryType { name } } }',
  ])('can be asked for only while it is switched on: %s', async (query) => {
    expect((await openDoors.ask(query)).errors).toBeUndefined();
    expect(await closedDoors.ask(query)).toMatchObject(VALIDATION);
    expect((await closedDoors.ask(query)).data).toBeUndefined();
  });

  it('__typename is always there: clients need it', async () => {
    expect((await closedDoors.ask('{ __typename me { __typename } }')).errors).toBeUndefined();
  });

  /** A name that is almost right: in a field, an argument, a type, an input's field, an enum's value. */
  const ALMOST: [query: string, variables: object][] = [
    ['{ me { nickNam } }', {}],
    ['{ friendList(firs: 1) { totalCount } }', {}],
    ['{ ... on Quer { me { id } } }', {}],
    ['mutation { setSelfInfo(input: { nickNam: "x" }) { id } }', {}],
    ['mutation { setSelfInfo(input: { allowType: ALLOW_AN }) { id } }', {}],
    ['mutation ($i: SetSelfInfoInput!) { setSelfInfo(input: $i) { id } }', { i: { nickNam: 'x' } }],
    ['mutation ($a: AllowType) { setSelfInfo(input: { allowType: $a }) { id } }', { a: 'ALLOW_AN' }],
  ];
  const SUBSCRIBE = 'subscription ($t: [FriendshipEventType!]) { friendshipEvents(types: $t) { seq } }';

  it.each(ALMOST)('is guessed at with suggestions only then: %s', async (query, variables) => {
    expect(toText(await openDoors.ask(query, variables))).toMatch(/did you mean/i);
    const answer = await closedDoors.ask(query, variables);
    expect(answer.errors).toHaveLength(1);
    expect(toText(answer)).not.toMatch(/did you mean/i);
  });

  it('is guessed at with suggestions only then: a subscription', async () => {
    expect(toText(await openDoors.askSocket(SUBSCRIBE, { t: ['STREAM_OPENE'] }))).toMatch(/did you mean/i);
    const answer = await closedDoors.askSocket(SUBSCRIBE, { t: ['STREAM_OPENE'] });
    expect(answer.errors).toHaveLength(1);
    expect(toText(answer)).not.toMatch(/did you mean/i);
  });
});

function toText(answer: GraphqlAnswer<unknown>): string {
  return JSON.stringify(answer.errors);
}
