import { ApolloServer } from '@apollo/server';
import { befriend } from './support/people';
import { TestServer } from './support/server';

const USERS = `query Users($userIDs: [ID!]!, $withLevel: Boolean = false) {
  usersInfo(userIDs: $userIDs) { userID resultCode user { ...Card level @include(if: $withLevel) } }
} fragment Card on User { id name: nickName allowType customInfo { key value } createdAt __typename }`;
const GRAPHQL = 'application/graphql-response+json';

/** Headers that tell of the request, not of the answer. */
const OF_THE_REQUEST = ['date', 'x-request-id'];

describe('a query that was answered before', () => {
  let server: TestServer;
  let now = Date.UTC(2026, 0, 1);
  beforeAll(async () => {
    server = await TestServer.start({
      clock: { now: () => now },
      config: { rateQueries: 40, rateWindowSeconds: 3600 },
    });
    await befriend(server, 'ann', 'bob');
    await server.call(
      'cat',
      'mutation { setSelfInfo(input: { nickName: "“Cat” \\n \\ud83d\\ude00é" }) { id } }',
    );
  });
  afterAll(() => server.stop());

  async function ask(userID: string, body: object, accept: string | null = 'application/json') {
    const response = await fetch(server.url, {
      method: 'POST',
      headers: {
        ...(await server.headers(userID)),
        'content-type': 'application/json',
        ...(accept !== null && { accept }),
      },
      body: JSON.stringify(body),
    });
    const headers = [...response.headers].filter(([name]) => !OF_THE_REQUEST.includes(name));
    return { status: response.status, headers, text: await response.text() };
  }

  it.each([
    ['friends, strangers, oneself and nobody', USERS, { userIDs: ['ann', 'bob', 'cat', 'nobody', 'no id'] }],
    ['a condition', USERS, { userIDs: ['bob', 'cat'], withLevel: true }],
    ['no shared object', '{ friendList(first: 0) { totalCount } }', undefined],
    [
      'what is asked twice',
      '{ a: me { id } ... on Query { a: me { nickName b: id } } friendList { nodes { user { id } friendRemark } } }',
      null,
    ],
    ['an error', 'query ($first: Int) { friendList(first: $first) { totalCount } }', { first: -1 }],
    ['a variable of the wrong type', USERS, { userIDs: 7.5 }],
    ['a condition that is null', USERS, { userIDs: [], withLevel: null }],
  ])('is answered in the same bytes: %s', async (_what, query, variables) => {
    const first = await ask('dan', { query, variables });
    const later = [await ask('dan', { query, variables }), await ask('dan', { query, variables })];
    const plain = (answer: typeof first) => ({
      ...answer,
      // Of which less is left each time: points and seconds.
      headers: answer.headers.map(([name, value]) => [name, value.replace(/;[rt]=\d+/g, '')]),
    });
    for (const answer of later) expect(plain(answer)).toEqual(plain(first));
    expect(first.text.endsWith('}\n')).toBe(true);
  });

  it.each([GRAPHQL, '*/*', 'text/html', null])('goes by what its client accepts: %s', async (accept) => {
    const body = { query: '{ me { id } }' };
    await ask('eve', body);
    const first = await ask('eve', body, accept);
    const later = await ask('eve', body, accept);
    expect([later.status, later.text]).toEqual([first.status, first.text]);
    const toType = ({ headers }: typeof first) => headers.find(([name]) => name === 'content-type');
    expect(toType(later)).toEqual(toType(first));
  });

  it('goes by its extensions where these say something', async () => {
    const query = '{ me { role } }';
    for (let time = 0; time < 2; time++) await ask('bob', { query });
    const known = await ask('bob', { query });
    // As Apollo Client sends with every request.
    const extensions = { clientLibrary: { name: '@apollo/client', version: '4.0.0' } };
    const asked = jest.spyOn(ApolloServer.prototype, 'executeHTTPGraphQLRequest');
    expect(await ask('bob', { query, extensions })).toMatchObject({ status: 200, text: known.text });
    expect(asked).not.toHaveBeenCalled();
    const persistedQuery = { version: 1, sha256Hash: 'of another text' };
    expect((await ask('bob', { query, extensions: { persistedQuery } })).text).toContain(
      'provided sha does not',
    );
    // The spy sees what goes there.
    expect(asked).toHaveBeenCalled();
    asked.mockRestore();
    for (const wrong of [[], 'x', 7])
      expect(await ask('bob', { query, extensions: wrong })).toMatchObject({ status: 400 });
  });

  it('is not taken for one that is asked for by an empty name', async () => {
    for (let time = 0; time < 2; time++) await ask('bob', { query: '{ me { level } }' });
    const { text } = await ask('bob', { query: '{ me { level } }', operationName: '' });
    expect(text).toContain('OPERATION_RESOLUTION_FAILURE');
  });

  it('is told apart by the name of the operation', async () => {
    const query = 'query A { me { id } } query B { me { nickName } }';
    for (let time = 0; time < 3; time++) {
      expect((await ask('bob', { query, operationName: 'A' })).text).toBe('{"data":{"me":{"id":"bob"}}}\n');
      expect((await ask('bob', { query, operationName: 'B' })).text).toBe(
        '{"data":{"me":{"nickName":""}}}\n',
      );
      expect((await ask('bob', { query })).text).toContain('errors');
      expect((await ask('bob', { query, operationName: 'C' })).text).toContain('errors');
    }
  });

  it('shows friends as they are, and strangers as they were for ten minutes', async () => {
    const see = async (userID: string) => {
      const { text } = await ask('ann', { query: USERS, variables: { userIDs: [userID] } });
      return /"name":"([^"]*)"/.exec(text)?.[1];
    };
    const rename = (userID: string, nickName: string) =>
      server.call(userID, 'mutation ($n: String) { setSelfInfo(input: { nickName: $n }) { id } }', {
        n: nickName,
      });
    await rename('bob', 'Bob 1');
    await rename('fox', 'Fox 1');
    expect([await see('bob'), await see('fox'), await see('bob'), await see('fox')]).toEqual([
      'Bob 1',
      'Fox 1',
      'Bob 1',
      'Fox 1',
    ]);
    await rename('bob', 'Bob 2');
    await rename('fox', 'Fox 2');
    expect([await see('bob'), await see('fox')]).toEqual(['Bob 2', 'Fox 1']);
    now += 10 * 60_000;
    expect([await see('bob'), await see('fox')]).toEqual(['Bob 2', 'Fox 2']);
  });

  it('refuses null where it is refused the first time: for an argument that has a default', async () => {
    const query = `query ($ids: [ID!]!, $type: FriendType) {
      checkFriends(userIDs: $ids, checkType: $type) { relation }
    }`;
    const wrong = { query, variables: { ids: ['bob'], type: null } };
    const first = await ask('kid', wrong);
    expect(first.text).toContain('BAD_USER_INPUT');
    for (let time = 0; time < 2; time++) {
      const { text } = await ask('kid', { query, variables: { ids: ['bob'] } });
      expect(text).toBe('{"data":{"checkFriends":[{"relation":"NONE"}]}}\n');
    }
    expect((await ask('kid', wrong)).text).toBe(first.text);
  });

  it.each(['constructor', 'toString', 'other'])(
    'is given nothing for a variable that is absent: $%s',
    async (name) => {
      const body = {
        query: `query ($ids: [ID!]!, $${name}: FriendType) { checkFriends(userIDs: $ids, checkType: $${name}) { relation } }`,
        variables: { ids: ['bob'] },
      };
      for (let time = 0; time < 3; time++)
        expect((await ask('ann', body)).text).toBe('{"data":{"checkFriends":[{"relation":"BOTH_WAY"}]}}\n');
    },
  );

  it('counts once each time, and is refused past the limit', async () => {
    const body = { query: '{ me { id } }' };
    const left: unknown[] = [];
    for (let time = 0; time < 40; time++) {
      const { status, headers } = await ask('gnu', body);
      expect(status).toBe(200);
      left.push(Number(/;r=(\d+)/.exec(headers.find(([name]) => name === 'ratelimit')?.[1] ?? '')?.[1]));
    }
    expect(left).toEqual(Array.from({ length: 40 }, (_, index) => 39 - index));
    const refused = await ask('gnu', body);
    expect(refused.status).toBe(429);
    expect(refused.text).toContain('RATE_LIMITED');
  });

  it('is executed once where it fails', async () => {
    const body = {
      query: 'query ($userIDs: [ID!]!) { usersInfo(userIDs: $userIDs) { userID } me { id } }',
      variables: { userIDs: Array.from({ length: 101 }, (_, index) => `u${index}`) },
    };
    const count = async () => {
      server.statements.length = 0;
      expect((await ask('hen', body)).text).toContain('BAD_USER_INPUT');
      return server.statements.length;
    };
    await ask('hen', { ...body, variables: { userIDs: ['ann'] } });
    await ask('hen', { ...body, variables: { userIDs: ['ann'] } });
    expect(await count()).toBe(await count());
  });
});
