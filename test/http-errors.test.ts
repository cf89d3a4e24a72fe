import { GraphQLError } from 'graphql';
import { DatabaseUnavailableError } from '../src/database/unavailable';
import { badInput } from '../src/errors';
import { presentError } from '../src/graphql/error-presenter';
import { TestServer, type GraphqlAnswer } from './support/server';

const SECRET = 'the secret of /home/somebody/amicus.sqlite';

/** A clock that can be made to fail, and so a defect that a request can reach. */
class Breakable {
  failAfter = Infinity;
  now(): number {
    this.failAfter -= 1;
    if (this.failAfter < 0) throw new Error(SECRET);
    return Date.now();
  }
}

describe('an error', () => {
  const clock = new Breakable();
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ clock, config: { logLevel: 'silent' } });
    await server.call('ann', '{ me { id } }');
  });
  afterEach(() => {
    clock.failAfter = Infinity;
  });
  afterAll(() => server.stop());

  const expectBare = (answer: GraphqlAnswer<unknown>): void => {
    expect(JSON.stringify(answer)).not.toMatch(/stack|node_modules|\.ts:|\.js:|SQLITE|sqlite|SELECT/);
  };

  it('of our own making is masked wherever it comes from, with an id that stands in the log', async () => {
    const ids = new Set<unknown>();
    // The first time is asked for by the check of the token, the second by the change itself.
    for (const failAfter of [0, 1]) {
      clock.failAfter = failAfter;
      const answer = await server.send('ann', 'mutation { setSelfInfo(input: { level: 1 }) { id } }');
      clock.failAfter = Infinity;
      expect(answer.data ?? null).toBeNull();
      const errorID = expect.stringMatching(/^[0-9a-f-]{36}$/) as string;
      const masked = { code: 'INTERNAL_SERVER_ERROR', errorID };
      expect(answer.errors?.map(({ extensions }) => extensions)).toEqual([masked]);
      const error = answer.errors?.[0];
      expect(error?.message).toContain(error?.extensions['errorID']);
      expect(JSON.stringify(answer)).not.toContain('secret');
      expectBare(answer);
      ids.add(error?.extensions['errorID']);
    }
    expect(ids.size).toBe(2);
    expect(await server.call('ann', '{ me { level } }')).toEqual({ me: { level: 0 } });
  });

  it.each([
    ['{ me { nope } }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    ['{ me { id ', {}, 'GRAPHQL_PARSE_FAILED'],
    ['query A { me { id } } query B { me { id } }', {}, 'OPERATION_RESOLUTION_FAILURE'],
    ['query ($ids: [ID!]!) { usersInfo(userIDs: $ids) { code } }', { ids: [null] }, 'BAD_USER_INPUT'],
    ['query ($ids: [ID!]!) { usersInfo(userIDs: $ids) { code } }', {}, 'BAD_USER_INPUT'],
    ['query ($n: Int) { friendList(first: $n) { totalCount } }', { n: 1.5 }, 'BAD_USER_INPUT'],
    ['{ friendList(first: -1) { totalCount } }', {}, 'BAD_USER_INPUT'],
    [
      'mutation ($t: DateTime) { importFriends(userID: "a", friends: [{ userID: "b", addTime: $t }]) { code } }',
      { t: 'yesterday' },
      'BAD_USER_INPUT',
    ],
  ])('of the caller in %s tells its code and nothing of the inside', async (query, variables, code) => {
    const answer = await server.send('ann', query, variables);
    expect(answer.data ?? null).toBeNull();
    expect(answer.errors).toMatchObject([{ message: expect.any(String) as string, extensions: { code } }]);
    expectBare(answer);
  });

  it('of an argument names it, and where in the answer it belongs', async () => {
    const ids = Array.from({ length: 101 }, () => 'x');
    const query = 'query ($ids: [ID!]!) { me { id } some: usersInfo(userIDs: $ids) { code } }';
    expect(await server.send('ann', query, { ids })).toEqual({
      data: null,
      errors: [
        {
          message: '"userIDs" has 101 items, one call may carry 100.',
          locations: [{ line: 1, column: 34 }],
          path: ['some'],
          extensions: { code: 'BAD_USER_INPUT', argument: 'userIDs' },
        },
      ],
    });
  });

  it('of too many tokens is found before anything is done', async () => {
    const query = `{ ${'me { id } '.repeat(2000)} }`;
    expect(await server.send('ann', query)).toMatchObject({
      errors: [{ extensions: { code: 'GRAPHQL_PARSE_FAILED' } }],
    });
  });

  it('that quotes more than is told ends with a whole character', async () => {
    for (const before of ['', 'x']) {
      const n = `${before}${'\u{1f600}'.repeat(1_000)}`;
      const query = 'query ($n: Int) { friendList(first: $n) { totalCount } }';
      const [error] = (await server.send('ann', query, { n })).errors ?? [];
      expect(error?.message).toMatch(/\u{1f600}…$/u);
      expect(error?.message.isWellFormed()).toBe(true);
    }
  });

  it('is told from a defect by what it is, not by its words', () => {
    const logged: unknown[] = [];
    const present = (error: unknown) => presentError(error, (_id, cause) => logged.push(cause));
    const defect = new Error(SECRET);
    const wrapped = new GraphQLError(SECRET, { originalError: defect, path: ['me'] });
    for (const error of [defect, wrapped, SECRET, null, undefined]) {
      const { message, extensions } = present(error);
      expect(extensions).toMatchObject({ code: 'INTERNAL_SERVER_ERROR' });
      expect(message).not.toContain(SECRET);
    }
    expect(logged).toEqual([defect, defect, SECRET, null, undefined]);
    // What it says of the database is not for clients.
    const away = new DatabaseUnavailableError(defect, SECRET);
    const unavailable = {
      message: 'The service is unavailable now, try again later.',
      extensions: { code: 'SERVICE_UNAVAILABLE' },
    };
    expect(present(away)).toEqual(unavailable);
    expect(present(new GraphQLError(SECRET, { originalError: away, path: ['me'] }))).toEqual({
      ...unavailable,
      path: ['me'],
    });
    expect(present(Object.assign(away, { isUndone: false })).message).toMatch(
      /may or may not have been done/,
    );
    expect(present(badInput('shown', { field: 'x' }))).toEqual({
      message: 'shown',
      extensions: { code: 'BAD_USER_INPUT', field: 'x' },
    });
    expect(logged).toHaveLength(8);
  });
});
