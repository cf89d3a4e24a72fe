import { RawSocket } from './support/raw-socket';
import { befriend, follow, toIDs } from './support/people';
import { TestServer } from './support/server';

/** What graphql-jit takes for the beginning of a date, and runs the rest of (0.8.9). */
const RUN_AS_PROGRAM = '__MAGIC_DATE__33a9e76d_02e0_4128_8e92_3530ad3da74d';

describe('a query', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start();
    await befriend(server, 'ann', 'bob', 'cat');
    await server.call('ann', '{ me { id } }');
  });
  afterAll(() => server.stop());

  /** The answer, and whether a compiled function gave it. */
  async function ask(query: string, variables = {}, userID = 'ann') {
    const before = server.compiledAnswers;
    const answer = await server.send(userID, query, variables);
    return { answer, isCompiled: server.compiledAnswers > before };
  }

  it('is compiled over HTTP and over WebSocket', async () => {
    const query = '{ me { id nickName } }';
    const answer = { data: { me: { id: 'ann', nickName: '' } } };
    expect(await ask(query)).toEqual({ answer, isCompiled: true });
    const before = server.compiledAnswers;
    const socket = await RawSocket.initAs(server, 'ann');
    socket.subscribe('1', query);
    expect(await socket.next()).toEqual({ id: '1', type: 'next', payload: answer });
    expect(server.compiledAnswers).toBe(before + 1);
    await socket.close();
  });

  it('takes as many statements compiled as it takes without: batches stay whole', async () => {
    await follow(server, 'dan', ...toIDs(5));
    const page = (names: string): string =>
      `friendList(first: 5) { totalCount nodes { user { id } friendGroups } } friendGroups(names: ${names}) { id }`;
    const countStatements = async (query: string, variables = {}) => {
      server.statements.length = 0;
      const { isCompiled } = await ask(query, variables, 'dan');
      return { isCompiled, statements: server.statements.length };
    };
    // A text within the query leaves it to graphql-js. What a first look leaves to hold is there from then on.
    const plain = `{ ${page('["x"]')} }`;
    await ask(plain, {}, 'dan');
    const { isCompiled, statements } = await countStatements(plain);
    expect(isCompiled).toBe(false);
    expect(statements).toBeGreaterThan(2);
    const query = `query ($names: [String!]) { ${page('$names')} }`;
    expect(await countStatements(query, { names: ['x'] })).toEqual({ isCompiled: true, statements });
  });

  it('follows @skip and @include for each value of their variables', async () => {
    const query = `query ($a: Boolean!, $b: Boolean = true) {
      ...Me @include(if: $a) ...Me @skip(if: $b) other: me @include(if: $b) { id }
    } fragment Me on Query { me { id ... @include(if: $a) { level } } }`;
    const me = { id: 'ann', level: 0 };
    const other = { id: 'ann' };
    const cases: [object, object][] = [
      [
        { a: true, b: true },
        { me, other },
      ],
      [{ a: false, b: false }, { me: { id: 'ann' } }],
      [{ a: false }, { other }],
      [{ a: true, b: false }, { me }],
    ];
    for (const [variables, data] of cases) {
      expect(await ask(query, variables)).toEqual({ answer: { data }, isCompiled: true });
    }
    expect(await ask(query, { a: true, b: null })).toMatchObject({
      answer: { errors: [{ message: expect.stringContaining('"if"') as string }] },
      isCompiled: false,
    });
  });

  it('that holds a text is not compiled: the text could be run as a program', async () => {
    const injected = globalThis as { injected?: number };
    const text = `${RUN_AS_PROGRAM}globalThis.injected=1`;
    for (const query of [
      `{ usersInfo(userIDs: ["${text}"]) { resultCode } }`,
      `query ($ids: [ID!]! = ["${text}"]) { usersInfo(userIDs: $ids) { resultCode } }`,
      `{ ...F } fragment F on Query { usersInfo(userIDs: ["""${text}"""]) { resultCode } }`,
    ]) {
      const answer = { data: { usersInfo: [{ resultCode: 'INVALID_PARAMETERS' }] } };
      expect(await ask(query)).toEqual({ answer, isCompiled: false });
      expect(injected.injected).toBeUndefined();
    }
  });

  it('that grows past 200 fields when its fragments are put in place is not compiled', async () => {
    const spread = (count: number, field: string): string =>
      Array.from({ length: count }, (_, index) => `f${index}: ${field}`).join(' ');
    const grown = (
      count: number,
    ): string => `{ ...A } fragment A on Query { ${spread(count, 'friendList { ...B }')} }
      fragment B on FriendConnection { ${spread(12, 'totalCount')} }`;
    expect(await ask(grown(15))).toMatchObject({ isCompiled: true });
    const { answer, isCompiled } = await ask(grown(16));
    expect(Object.keys(answer.data ?? {})).toHaveLength(16);
    expect(isCompiled).toBe(false);
  });

  it('for the schema is not compiled, and does not show the one that compiled queries are of', async () => {
    const { answer, isCompiled } = await ask('{ __schema { types { name } } }');
    expect(JSON.stringify(answer)).not.toContain('Coerced');
    expect(isCompiled).toBe(false);
  });

  it('is executed again by graphql-js when there is an error', async () => {
    const query = 'query ($ids: [ID!]!) { usersInfo(userIDs: $ids) { code } me { id } }';
    const ids = Array.from({ length: 101 }, () => 'x');
    const error = {
      path: ['usersInfo'],
      locations: [{ line: 1, column: 24 }],
      extensions: { argument: 'userIDs' },
    };
    expect(await ask(query, { ids })).toMatchObject({
      answer: { data: null, errors: [error] },
      isCompiled: false,
    });
    expect(await ask(query, { ids: [] })).toMatchObject({ isCompiled: true });
  });

  it('is no mutation, which would be done twice', async () => {
    const query = 'mutation { setSelfInfo(input: { level: 3 }) { level } }';
    expect(await ask(query)).toEqual({ answer: { data: { setSelfInfo: { level: 3 } } }, isCompiled: false });
  });
});
