import { getIntrospectionQuery, parse, type OperationDefinitionNode } from 'graphql';
import { QueryLimiter } from '../src/graphql/limits';
import { createSchema } from '../src/graphql/schema';
import { defaultLimits } from '../src/limits';
import { defaultQueryLimits, type QueryLimits } from '../src/query-limits';
import { BothDoors } from './support/both-doors';
import { TestServer } from './support/server';

const LIMITS: QueryLimits = {
  tokens: 100,
  nameLength: 30,
  depth: 5,
  listDepth: 2,
  aliases: 3,
  directives: 2,
  repeats: 6,
  rootFields: 4,
  selections: 30,
  complexity: 1_000,
  valueDepth: 2,
};

const toIDs = (count: number): string[] => Array.from({ length: count }, (_, index) => `u${index}`);
const IF = '@include(if: true) @skip(if: false)';
const OF_USER = 'user { id nickName faceUrl gender role level birthday }';
const OF_ONE = `{ userID code ${OF_USER} }`;
const SET = 'mutation ($i: SetSelfInfoInput!) { setSelfInfo(input: $i) { id } }';

type Request = [query: string, variables?: object];

/** What is just within a limit, and what is one past it. */
const CASES: [limit: keyof QueryLimits, what: string, within: Request, past: Request][] = [
  ['nameLength', 'an alias', [`{ me { ${'a'.repeat(30)}: id } }`], [`{ me { ${'a'.repeat(31)}: id } }`]],
  [
    'nameLength',
    'the name of an operation',
    [`query ${'a'.repeat(30)} { me { id } }`],
    [`query ${'a'.repeat(31)} { me { id } }`],
  ],
  [
    'nameLength',
    'a variable',
    [`query ($${'a'.repeat(30)}: Int) { friendList(first: $${'a'.repeat(30)}) { totalCount } }`],
    [`query ($${'a'.repeat(31)}: Int) { friendList(first: $${'a'.repeat(31)}) { totalCount } }`],
  ],
  [
    'depth',
    'fields in each other',
    ['{ friendList { edges { node { user { id } } } } }'],
    ['{ friendList { edges { node { user { customInfo { key } } } } } }'],
  ],
  [
    'depth',
    'fields in each other by fragments',
    [
      '{ ...Q } fragment Q on Query { friendList { ... { edges { ...E } } } } fragment E on FriendEdge { node { user { id } } }',
    ],
    [
      '{ ...Q } fragment Q on Query { friendList { ... { edges { ...E } } } } fragment E on FriendEdge { node { user { customInfo { key } } } }',
    ],
  ],
  [
    'listDepth',
    'lists in each other',
    ['{ friendGroups(names: []) { friends { nodes { userID } } } }'],
    ['{ friendGroups(names: []) { friends { nodes { friendCustomInfo { key } } } } }'],
  ],
  [
    'aliases',
    'aliases at one level',
    ['{ me { a: id b: id c: id } }'],
    ['{ me { a: id b: id c: id d: id } }'],
  ],
  [
    'aliases',
    'aliases that meet at one level',
    ['{ me { a: id ...F } me { c: id } } fragment F on User { b: id a: id }'],
    ['{ me { a: id ...F } me { c: id d: id } } fragment F on User { b: id a: id }'],
  ],
  ['directives', 'directives on a field', [`{ me { id ${IF} } }`], [`{ me { id ${IF} @skip(if: false) } }`]],
  [
    'directives',
    'directives on a spread',
    [`{ ...F ${IF} } fragment F on Query { me { id } }`],
    ['{ ...F @a @a @a } fragment F on Query { me { id } }'],
  ],
  [
    'directives',
    'directives on an inline fragment',
    [`{ ... ${IF} { me { id } } }`],
    ['{ ... @a @a @a { me { id } } }'],
  ],
  [
    'directives',
    'directives on a fragment',
    ['{ ...F } fragment F on Query { me { id } }'],
    ['{ ...F } fragment F on Query @a @a @a { me { id } }'],
  ],
  ['directives', 'directives on an operation', ['query { me { id } }'], ['query @a @a @a { me { id } }']],
  [
    'directives',
    'directives on a variable',
    ['query ($a: Int) { friendList(first: $a) { totalCount } }'],
    ['query ($a: Int @a @a @a) { friendList(first: $a) { totalCount } }'],
  ],
  ['repeats', 'one field', [`{ me { ${'id '.repeat(6)} } }`], [`{ me { ${'id '.repeat(7)} } }`]],
  [
    'repeats',
    'one place, from several fields and fragments',
    ['{ me { id id id } me { id ...F } } fragment F on User { id ... { id } }'],
    ['{ me { id id id } me { id ...F id } } fragment F on User { id ... { id } }'],
  ],
  [
    'rootFields',
    'fields of a query',
    ['{ me { id } a: me { id } b: me { id } ... { c: me { id } c: me { id } } }'],
    ['{ me { id } a: me { id } b: me { id } ... { c: me { id } friendshipEventPosition } }'],
  ],
  [
    'rootFields',
    'fields of a mutation',
    [
      `mutation { ${['a', 'b', 'c'].map((name) => `${name}: setFriendApplicationRead`).join(' ')} setFriendApplicationRead }`,
    ],
    [
      `mutation { ${['a', 'b', 'c'].map((name) => `${name}: setFriendApplicationRead`).join(' ')} setFriendApplicationRead
        deleteFriendGroups(names: ["x"]) }`,
    ],
  ],
  [
    'selections',
    'fields by fragments',
    [`{ ${'...A '.repeat(5)} } fragment A on Query { me { id role level gender } }`],
    [`{ ${'...A '.repeat(5)} __typename } fragment A on Query { me { id role level gender } }`],
  ],
  [
    'complexity',
    'a literal page',
    ['{ friendList(first: 499) { nodes { userID } } }'],
    ['{ friendList(first: 500) { nodes { userID } } }'],
  ],
  [
    'complexity',
    'a page by a variable',
    ['query ($n: Int) { friendList(first: $n) { nodes { userID } } }', { n: 499 }],
    ['query ($n: Int) { friendList(first: $n) { nodes { userID } } }', { n: 500 }],
  ],
  [
    'complexity',
    'a page by the default of a variable',
    ['query ($n: Int = 500) { friendList(first: $n) { nodes { userID } } }', { n: 499 }],
    ['query ($n: Int = 500) { friendList(first: $n) { nodes { userID } } }'],
  ],
  [
    'complexity',
    'a page by the default of a variable whose name every object has',
    ['query ($constructor: Int = 499) { friendList(first: $constructor) { nodes { userID } } }'],
    ['query ($constructor: Int = 500) { friendList(first: $constructor) { nodes { userID } } }'],
  ],
  [
    'complexity',
    'a page whose items come by a fragment',
    [
      'query ($n: Int) { friendList(first: $n) { ...P } } fragment P on FriendConnection { nodes { userID } }',
      { n: 499 },
    ],
    [
      'query ($n: Int) { friendList(first: $n) { ...P } } fragment P on FriendConnection { nodes { userID } }',
      { n: 500 },
    ],
  ],
  [
    'complexity',
    'a page of a search, in its input',
    [
      'query ($n: Int) { searchFriends(input: { keywords: ["x"], first: $n }) { nodes { userID } } }',
      { n: 499 },
    ],
    [
      'query ($n: Int) { searchFriends(input: { keywords: ["x"], first: $n }) { nodes { userID } } }',
      { n: 500 },
    ],
  ],
  [
    'complexity',
    'a page of a search, by its input',
    [
      'query ($i: SearchFriendsInput!) { searchFriends(input: $i) { nodes { userID } } }',
      { i: { keywords: ['x'], first: 499 } },
    ],
    [
      'query ($i: SearchFriendsInput!) { searchFriends(input: $i) { nodes { userID } } }',
      { i: { keywords: ['x'], first: 500 } },
    ],
  ],
  [
    'complexity',
    'as many as there are ids',
    [`query ($ids: [ID!]!) { usersInfo(userIDs: $ids) ${OF_ONE} }`, { ids: toIDs(99) }],
    [`query ($ids: [ID!]!) { usersInfo(userIDs: $ids) ${OF_ONE} }`, { ids: toIDs(100) }],
  ],
  [
    'complexity',
    'pages of 50 within as many groups as are named',
    [
      'query ($names: [String!]) { friendGroups(names: $names) { friends { nodes { userID } } } }',
      { names: toIDs(9) },
    ],
    [
      'query ($names: [String!]) { friendGroups(names: $names) { friends { nodes { userID } } } }',
      { names: toIDs(10) },
    ],
  ],
  [
    'complexity',
    'two fields together',
    [
      'query ($n: Int) { a: friendList(first: $n) { nodes { userID } } b: friendList(first: 249) { nodes { userID } } }',
      { n: 250 },
    ],
    [
      'query ($n: Int) { a: friendList(first: $n) { nodes { userID } } b: friendList(first: 249) { nodes { userID } } }',
      { n: 251 },
    ],
  ],
  [
    'complexity',
    'everything of a user, twice',
    // Which is another text at each moment, so it is asked for and left out.
    ['{ exportUser(userID: "ann") @skip(if: true) me { id } }'],
    ['{ a: exportUser(userID: "ann") @skip(if: true) b: exportUser(userID: "ann") @skip(if: true) }'],
  ],
  [
    'valueDepth',
    'objects and lists',
    [SET, { i: { customInfo: [] } }],
    [SET, { i: { customInfo: [{ key: 'a', value: 'b' }] } }],
  ],
  [
    'valueDepth',
    'objects and lists in the document',
    ['mutation { setSelfInfo(input: { customInfo: [] }) { id } }'],
    ['mutation { setSelfInfo(input: { customInfo: [{ key: "a", value: "b" }] }) { id } }'],
  ],
  [
    'valueDepth',
    'lists in the default of a variable',
    ['query ($ids: [String!] = []) { friendGroups(names: $ids) { id } }'],
    ['query ($ids: [String!] = [[[]]]) { friendGroups(names: $ids) { id } }'],
  ],
  [
    'valueDepth',
    'a variable that nobody asked for',
    ['{ me { id } }', { other: [[1]] }],
    ['{ me { id } }', { other: [[[1]]] }],
  ],
];

describe('the query limits', () => {
  let server: TestServer;
  let doors: BothDoors;
  beforeAll(async () => {
    server = await TestServer.start({ config: { queryLimits: LIMITS } });
    doors = await BothDoors.open(server, 'ann');
  });
  afterAll(async () => {
    await doors.close();
    await server.stop();
  });

  it.each(CASES)('%s: %s, up to the limit and no further', async (limit, _what, within, past) => {
    // Twice: as a document that is new, and as one that is known.
    for (let time = 0; time < 2; time++) {
      const answer = await doors.ask(...within);
      expect(answer.errors).toBeUndefined();
      expect(answer.data).toBeTruthy();
      expect(await doors.ask(...past)).toMatchObject({
        errors: [
          {
            message: expect.stringContaining(String(LIMITS[limit])) as string,
            extensions: { code: 'QUERY_TOO_COMPLEX', limit, maximum: LIMITS[limit] },
          },
        ],
      });
    }
  });

  it('tokens: up to the limit and no further', async () => {
    const ask = (count: number) => doors.ask(`{ usersInfo(userIDs: [${'"u" '.repeat(count)}]) { code } }`);
    // Twelve besides the ids.
    expect((await ask(88)).errors).toBeUndefined();
    expect((await ask(89)).errors).toMatchObject([
      {
        message: expect.stringContaining('100 tokens') as string,
        extensions: { code: 'GRAPHQL_PARSE_FAILED' },
      },
    ]);
  });

  it('every limit has its test', () => {
    expect(new Set([...CASES.map(([limit]) => limit), 'tokens'])).toEqual(new Set(Object.keys(LIMITS)));
  });

  it('the status says so to those who take it', async () => {
    const post = async (accept: string): Promise<number> => {
      const { status } = await fetch(server.url, {
        method: 'POST',
        headers: { ...(await server.headers('ann')), accept, 'content-type': 'application/json' },
        body: JSON.stringify({ query: '{ me { a: id b: id c: id d: id } }' }),
      });
      return status;
    };
    expect(await post('application/graphql-response+json')).toBe(400);
    expect(await post('application/json')).toBe(200);
  });

  it('a subscription that is too much is refused alone', async () => {
    const refusal = { errors: [{ extensions: { code: 'QUERY_TOO_COMPLEX' } }] };
    for (const body of [
      '{ a: seq b: seq c: seq d: seq }',
      `{ ... on FriendListAdded { friends { userID friendRemark ${OF_USER} } } }`,
    ]) {
      expect(await doors.askSocket(`subscription { friendshipEvents ${body} }`)).toMatchObject(refusal);
    }
    const opened = await doors.askSocket('subscription { friendshipEvents { a: seq b: seq c: seq } }');
    expect(opened).toMatchObject({ data: { friendshipEvents: { a: 0 } } });
  });

  it('a mutation that is too much does nothing', async () => {
    const query = 'mutation { setSelfInfo(input: { level: 7 }) { a: id b: id c: id d: id } }';
    expect(await doors.ask(query)).toMatchObject({ errors: [{ extensions: { limit: 'aliases' } }] });
    expect(await doors.ask('{ me { level } }')).toEqual({ data: { me: { level: 0 } } });
  });

  it('a query of the schema may be 20 deep, however low the limit is', async () => {
    const ask = (count: number) =>
      doors.ask(`{ __type(name: "User") { ${'ofType { '.repeat(count)} name ${'} '.repeat(count)} } }`);
    expect((await ask(18)).errors).toBeUndefined();
    expect((await ask(19)).errors).toMatchObject([{ extensions: { limit: 'depth', maximum: 20 } }]);
  });
});

const USER = `{ id nickName faceUrl selfSignature gender birthday level role allowType createdAt updatedAt
  customInfo { key value } }`;

test('variables that the document does not use cost nothing, however many there are', () => {
  const schema = createSchema([]);
  const limiter = new QueryLimiter(schema, defaultQueryLimits, defaultLimits);
  const calls = '...C '.repeat(90);
  const document = parse(
    `query ($a: ID!) { ${calls} } fragment C on Query { usersInfo(userIDs: [$a, "b"]) { code } }`,
  );
  limiter.checkDocument(document);
  let looks = 0;
  const count = (target: Record<string, unknown>): string[] => {
    looks++;
    return Reflect.ownKeys(target) as string[];
  };
  limiter.checkRequest(
    document.definitions[0] as OperationDefinitionNode,
    new Proxy<Record<string, unknown>>({ a: 'a' }, { ownKeys: count }),
  );
  // Once for how deep they are.
  expect(looks).toBe(1);
});

describe('the limits by default', () => {
  let server: TestServer;
  let doors: BothDoors;
  beforeAll(async () => {
    server = await TestServer.start();
    doors = await BothDoors.open(server, 'ann');
  });
  afterAll(async () => {
    await doors.close();
    await server.stop();
  });

  it('leave room for a full page of friends with everything that there is', async () => {
    const query = `query Page($n: Int!) { friendList(first: $n) { totalCount pageInfo { hasNextPage endCursor } nodes {
      id userID friendRemark friendGroups addSource addWording friendAddTime friendCustomInfo { key value } user ${USER} } } }`;
    expect((await doors.ask(query, { n: 500 })).errors).toBeUndefined();
  });

  it('leave room for all that an app reads at its start', async () => {
    const query = `{ friendshipEventPosition me ${USER} friendGroups { id name friendCount }
      friendList(first: 500) { nodes { userID friendRemark friendGroups friendCustomInfo { key value } user ${USER} } }
      friendApplicationList(first: 100) { unreadCount nodes { type addTime addWording addSource readAt user ${USER} } }
      blockList(first: 100) { nodes { blockedAt user ${USER} } } }`;
    expect((await doors.ask(query)).errors).toBeUndefined();
  });

  it('leave room for the query that tools read the schema with', async () => {
    const query = getIntrospectionQuery({
      inputValueDeprecation: true,
      schemaDescription: true,
      specifiedByUrl: true,
    });
    expect((await doors.ask(query)).errors).toBeUndefined();
  });
});
