import { Client, fetchExchange } from '@urql/core';
import { TestServer } from './support/server';

const PAGE = 'https://app.example';
const OTHER = 'https://other.example';
const QUERY = '{ me { id } }';

describe('pages of other sites', () => {
  let closed: TestServer;
  let open: TestServer;
  let headers: Record<string, string>;
  beforeAll(async () => {
    closed = await TestServer.start();
    open = await TestServer.start({ config: { corsOrigins: [PAGE] } });
    headers = await closed.headers('ann');
  });
  afterAll(async () => {
    await closed.stop();
    await open.stop();
  });

  const get = (server: TestServer, more: Record<string, string>): Promise<Response> =>
    fetch(`${server.url}?query=${encodeURIComponent(QUERY)}`, { headers: { ...headers, ...more } });
  const post = (server: TestServer, more: Record<string, string>): Promise<Response> =>
    fetch(server.url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', ...more },
      body: JSON.stringify({ query: 'mutation { setSelfInfo(input: { level: 9 }) { level } }' }),
    });
  const preflight = (server: TestServer, origin: string): Promise<Response> =>
    fetch(server.url, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type,x-amicus-act-as',
      },
    });

  it.each([
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'cross-site', origin: OTHER },
    { origin: OTHER },
    { origin: 'null' },
    { origin: 'not an origin' },
  ])('are refused before anything is done, as %j', async (signs) => {
    for (const server of [closed, open]) {
      for (const ask of [get, post]) {
        const response = await ask(server, signs);
        expect(response.status).toBe(403);
        expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] });
        expect(response.headers.get('access-control-allow-origin')).toBeNull();
      }
      expect(await server.call('ann', '{ me { level } }')).toEqual({ me: { level: 0 } });
    }
  });

  it.each([{}, { 'sec-fetch-site': 'same-origin', origin: OTHER }, { 'sec-fetch-site': 'none' }])(
    'are not those of this host, of the address bar, or of no browser, as %j',
    async (signs) => {
      expect((await get(closed, signs)).status).toBe(200);
    },
  );

  it('are told from those of this host by the host, where a browser says no more', async () => {
    expect((await get(closed, { origin: new URL(closed.url).origin })).status).toBe(200);
    expect((await get(closed, { origin: new URL(open.url).origin })).status).toBe(403);
  });

  it('may call and read when their origin is allowed', async () => {
    const response = await get(open, { origin: PAGE, 'sec-fetch-site': 'cross-site' });
    expect(await response.json()).toEqual({ data: { me: { id: 'ann' } } });
    expect(response.headers.get('access-control-allow-origin')).toBe(PAGE);
    expect(response.headers.get('vary')).toContain('origin');
    expect(response.headers.get('access-control-allow-credentials')).toBeNull();
    // Also what went wrong is theirs to read.
    const refused = await get(open, { origin: PAGE, authorization: '' });
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([401, PAGE]);
  });

  it('get an answer to their preflight when their origin is allowed, and none otherwise', async () => {
    const response = await preflight(open, PAGE);
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-origin')).toBe(PAGE);
    expect(response.headers.get('access-control-allow-methods')).toBe('GET, POST');
    expect(response.headers.get('access-control-allow-headers')).toContain('x-amicus-act-as');
    expect(Number(response.headers.get('access-control-max-age'))).toBeGreaterThan(0);
    for (const refused of [await preflight(open, OTHER), await preflight(closed, PAGE)]) {
      expect(refused.status).toBe(405);
      expect(refused.headers.get('access-control-allow-origin')).toBeNull();
    }
  });

  it('may all call when all are allowed', async () => {
    const server = await TestServer.start({ config: { corsOrigins: ['*'] } });
    expect((await preflight(server, OTHER)).headers.get('access-control-allow-origin')).toBe(OTHER);
    const response = await get(server, { origin: OTHER, 'sec-fetch-site': 'cross-site' });
    expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([200, OTHER]);
    await server.stop();
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', ''])(
    'cannot send JSON by a form, as %j',
    async (contentType) => {
      const response = await post(closed, { 'content-type': contentType });
      expect(response.status).toBe(400);
      expect(await closed.call('ann', '{ me { level } }')).toEqual({ me: { level: 0 } });
    },
  );

  it("are not what urql's GET looks like", async () => {
    const sent: { url: string; method: string }[] = [];
    const client = new Client({
      url: closed.url,
      exchanges: [fetchExchange],
      preferGetMethod: 'force',
      fetchOptions: { headers },
      fetch: (url, init) => {
        const request = new Request(url, init);
        sent.push({ url: request.url, method: request.method });
        return fetch(request);
      },
    });
    const { data, error } = await client.query<unknown>(
      'query ($ids: [ID!]!) { usersInfo(userIDs: $ids) { userID } }',
      {
        ids: ['ann'],
      },
    );
    expect([error, data]).toEqual([undefined, { usersInfo: [expect.objectContaining({ userID: 'ann' })] }]);
    expect(sent).toEqual([{ url: expect.stringContaining('?query=') as string, method: 'GET' }]);
  });
});
