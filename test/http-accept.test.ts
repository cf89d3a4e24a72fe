import { TestServer } from './support/server';

const RAISE = 'mutation ($level: Int!) { setSelfInfo(input: { level: $level }) { level } }';
const GRAPHQL = 'application/graphql-response+json';

describe('what a client accepts', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());

  const ask = async (accept: string, query: string, variables = {}): Promise<Response> =>
    fetch(server.url, {
      method: 'POST',
      headers: { ...(await server.headers('ann')), 'content-type': 'application/json', accept },
      body: JSON.stringify({ query, variables }),
    });

  it.each([
    [GRAPHQL, GRAPHQL],
    ['application/json', 'application/json'],
    ['*/*', 'application/json'],
    ['application/*', 'application/json'],
    [`${GRAPHQL}, application/json;q=0.9`, GRAPHQL],
    ['text/html, */*;q=0.1', 'application/json'],
    ['application/json; charset=UTF-8; q=0.5', 'application/json'],
    ['application/json;q=0, */*', GRAPHQL],
  ])('%s gives %s', async (accept, type) => {
    const response = await ask(accept, '{ me { id } }');
    expect(response.headers.get('content-type')).toBe(`${type}; charset=utf-8`);
    expect(await response.json()).toEqual({ data: { me: { id: 'ann' } } });
  });

  it.each([
    'text/html',
    'text/*',
    'application/json;q=0',
    'image/png, application/xml',
    'application/json; charset=utf-16',
    'application/json;v=1, text/html',
    `${GRAPHQL};v=1;q=0.5`,
    'application/json;q=0.5;v=1',
    '*/*, application/*;q=0',
  ])('%s is refused before anything is done', async (accept) => {
    const response = await ask(accept, RAISE, { level: 5 });
    expect(response.status).toBe(406);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
    expect(await server.call('ann', '{ me { level } }')).toEqual({ me: { level: 0 } });
  });

  it.each([
    ['{ nope }', 'GRAPHQL_VALIDATION_FAILED'],
    ['{', 'GRAPHQL_PARSE_FAILED'],
    [RAISE, 'BAD_USER_INPUT'],
  ])('decides of the status of %s', async (query, code) => {
    const answers = { errors: [{ extensions: { code } }] };
    for (const [accept, status] of [
      ['application/json', 200],
      [GRAPHQL, 400],
      [`${GRAPHQL}, application/json`, 400],
      ['*/*', 400],
    ] as const) {
      const response = await ask(accept, query);
      expect([accept, response.status]).toEqual([accept, status]);
      expect(await response.json()).toMatchObject(answers);
    }
  });

  it('leaves refusals their status', async () => {
    const response = await fetch(server.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ query: '{ me { id } }' }),
    });
    expect(response.status).toBe(401);
    expect((await ask('application/json', '')).status).toBe(400);
  });
});
