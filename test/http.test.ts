import { once } from 'node:events';
import { connect } from 'node:net';
import { RawConnection } from './support/raw-connection';
import { TestServer } from './support/server';

describe('the HTTP door', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());

  const post = async (body: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(server.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(await server.headers('ann')),
        ...headers,
      },
      body,
    });
  const ask = (query: string, headers: Record<string, string> = {}): Promise<Response> =>
    post(JSON.stringify({ query }), headers);

  /** One request as it stands, by a connection of its own; the whole answer. */
  async function sendRaw(text: string): Promise<string> {
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    socket.end(text);
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    await once(socket, 'close');
    return Buffer.concat(chunks).toString();
  }

  it('asks for a token, tells how, and shows nothing of the schema without one', async () => {
    const expired = await server.token('ann', false, -60);
    const whole = await server.token('ann');
    for (const authorization of [
      '',
      'Bearer',
      'Bearer x',
      `Basic ${whole}`,
      whole,
      `Bearer ${whole.slice(0, -6)}AAAAAA`,
      `Bearer ${expired}`,
    ])
      for (const query of [
        '{ me { id } }',
        '{ __schema { types { name } } }',
        '{ __typename }',
        'not graphql',
      ]) {
        const response = await ask(query, { authorization });
        expect([authorization, query, response.status]).toEqual([authorization, query, 401]);
        expect(response.headers.get('www-authenticate')).toBe('Bearer');
        const answer = (await response.json()) as { data?: unknown; errors: { extensions: object }[] };
        expect(answer.data ?? null).toBeNull();
        expect(answer.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
        expect(JSON.stringify(answer)).not.toContain(whole.slice(-20));
      }
  });

  it('shows the schema to who is signed in', async () => {
    expect(await server.call('ann', '{ __schema { queryType { name } } }')).toEqual({
      __schema: { queryType: { name: 'Query' } },
    });
  });

  it('answers a query by GET, and a mutation by POST only', async () => {
    const headers = await server.headers('ann');
    const get = (query: string, variables?: object): Promise<Response> => {
      const search = new URLSearchParams({
        query,
        ...(variables && { variables: JSON.stringify(variables) }),
      });
      return fetch(`${server.url}?${search.toString()}`, { headers });
    };
    const response = await get('query ($ids: [ID!]!) { usersInfo(userIDs: $ids) { userID } }', {
      ids: ['ann'],
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ data: { usersInfo: [{ userID: 'ann' }] } });
    expect((await get('mutation { setSelfInfo(input: { level: 7 }) { id } }')).status).toBe(405);
    expect(await server.call('ann', '{ me { level } }')).toEqual({ me: { level: 0 } });
    expect((await fetch(server.url)).status).toBe(401);
  });

  it('refuses a subscription, and says where it is served', async () => {
    for (const query of [
      'subscription { friendshipEvents { seq } }',
      'query A { me { id } } subscription B { friendshipEvents { seq } }',
    ]) {
      const response = await post(
        JSON.stringify({ query, operationName: query.startsWith('q') ? 'B' : null }),
      );
      const { data, errors } = (await response.json()) as { data?: unknown; errors: { message: string }[] };
      expect(data ?? null).toBeNull();
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
      expect(errors[0]?.message).toContain('WebSocket');
    }
  });

  it('knows its own paths and methods only', async () => {
    const { origin } = new URL(server.url);
    for (const path of ['/', '/graphql/', '/graphqlx', '/../graphql/x', '/favicon.ico'])
      expect((await fetch(origin + path)).status).toBe(404);
    for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD']) {
      const response = await fetch(server.url, { method });
      expect([method, response.status, response.headers.get('allow')]).toEqual([method, 405, 'GET, POST']);
    }
    expect(await (await fetch(`${origin}/livez`)).text()).toBe('ok\n');
    expect((await fetch(`${origin}/readyz`)).status).toBe(200);
  });

  it('refuses a body over 1 MiB, and takes one of just that', async () => {
    const query = '{ me { id } }';
    const fill = (bytes: number): string => {
      const body = JSON.stringify({ query, extensions: { fill: '' } });
      return body.replace('""', `"${'x'.repeat(bytes - body.length)}"`);
    };
    expect((await post(fill(1024 * 1024))).status).toBe(200);
    const response = await post(fill(1024 * 1024 + 1));
    expect(response.status).toBe(413);
    expect(await response.text()).toContain('1048576');
  });

  it.each(['{', 'x', '[1', '{"query":"{ me { id } }"', '\ufeff{}'])('%j is not JSON', async (body) => {
    const response = await post(body);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('JSON');
  });

  it.each([
    '',
    '[]',
    'null',
    '1',
    '"x"',
    '{}',
    '{"query":1}',
    '{"query":""}',
    '{"query":"{ me { id } }","variables":[]}',
  ])('%j is no GraphQL request', async (body) => {
    const response = await post(body);
    expect(response.status).toBe(400);
    expect(await response.text()).not.toMatch(/node_modules|\bat .*:\d+/);
  });

  it.each(['h2c', 'TLS/1.0, h2c'])('answers a request that offers to go on with %s', async (offered) => {
    const { authorization } = await server.headers('ann');
    const body = '{"query":"{ me { id } }"}';
    const connection = await RawConnection.open(server.url);
    connection.write(
      `POST /graphql HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: ${offered}\r\n` +
        `HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA\r\nAuthorization: ${String(authorization)}\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    const answer = await connection.untilClosed();
    expect(answer).toMatch(/^HTTP\/1.1 200 /);
    expect(answer).toContain('{"data":{"me":{"id":"ann"}}}');
    const probe = await RawConnection.open(server.url);
    const offer = `GET /livez HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: ${offered}\r\n\r\n`;
    // Two on one connection, which goes on as it was.
    probe.write(offer);
    await probe.until((text) => text.endsWith('ok\n'));
    probe.write(offer.replace('Upgrade\r\n', 'close\r\n'));
    expect((await probe.untilClosed()).match(/HTTP\/1.1 200 OK/g)).toHaveLength(2);
  });

  it('serves the same where the whole URL is asked for, as proxies may, upgrades included', async () => {
    const { authorization } = await server.headers('ann');
    const get = (target: string, more = 'Connection: close\r\n'): Promise<string> =>
      sendRaw(`GET ${target} HTTP/1.1\r\nHost: x\r\nAuthorization: ${String(authorization)}\r\n${more}\r\n`);
    const { origin } = new URL(server.url);
    expect(await get(`${server.url}?query={me{id}}`)).toContain('{"data":{"me":{"id":"ann"}}}');
    expect(await get(`${origin.replace('http:', 'HTTPS:')}/livez`)).toMatch(/^HTTP\/1.1 200 /);
    for (const target of [origin, `${origin}?query={me{id}}`, `${origin}/http:/graphql`])
      expect([target, (await get(target)).slice(0, 13)]).toEqual([target, 'HTTP/1.1 404 ']);
    const upgrade =
      'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 12\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';
    // It is told which version it must speak: so it has come to the right place.
    expect(await get(server.url, upgrade)).toMatch(/^HTTP\/1.1 400 [^]*Sec-WebSocket-Version: 13/);
  });

  it('stays up whatever the request line is, upgrades included', async () => {
    for (const path of ['//', '///', '//:x', 'http://', '/%', '*', '/graphql?%']) {
      for (const extra of [
        '',
        'Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n',
      ]) {
        const connection = extra === '' ? 'close' : 'Upgrade';
        const answer = await sendRaw(
          `GET ${path} HTTP/1.1\r\nHost: x\r\n${extra}Connection: ${connection}\r\n\r\n`,
        );
        expect([path, extra, answer.split('\r\n')[0]]).toEqual([
          path,
          extra,
          expect.stringMatching(/^HTTP\/1.1 [14]\d\d/),
        ]);
      }
    }
    expect(await server.call('ann', '{ me { id } }')).toEqual({ me: { id: 'ann' } });
  });
});
