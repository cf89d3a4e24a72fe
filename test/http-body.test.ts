import { gzipSync } from 'node:zlib';
import { TestServer } from './support/server';

describe('a body', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());

  const QUERY = JSON.stringify({ query: '{ me { id } }' });
  const post = async (body: string | Buffer, more: Record<string, string> = {}): Promise<Response> =>
    fetch(server.url, {
      method: 'POST',
      headers: {
        ...(await server.headers('ann')),
        'content-type': 'application/json',
        ...more,
      },
      body: body instanceof Buffer ? new Uint8Array(body) : body,
    });

  it.each([
    'application/json',
    'Application/JSON',
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
  ])('is read when it is %s', async (contentType) => {
    expect((await post(QUERY, { 'content-type': contentType })).status).toBe(200);
  });

  it.each([
    'application/json; charset=utf-16',
    'application/jsonx',
    'application/graphql',
    'text/plain',
    'x',
  ])('is not read when it is %s', async (contentType) => {
    const response = await post(QUERY, { 'content-type': contentType });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
  });

  it('is not read when it is compressed: a small one may become large', async () => {
    const response = await post(gzipSync(QUERY), { 'content-encoding': 'gzip' });
    expect(response.status).toBe(415);
    expect(await response.text()).toContain('gzip');
  });

  it('is read when it says that it is not compressed, in capitals too', async () => {
    expect((await post(QUERY, { 'content-encoding': 'Identity' })).status).toBe(200);
  });

  it('that is not UTF-8 is refused, and its bytes do not become other characters', async () => {
    const mutation = (name: string): string =>
      JSON.stringify({ query: `mutation { setSelfInfo(input: { nickName: "${name}" }) { nickName } }` });
    const response = await post(Buffer.from(mutation('caf\xe9'), 'latin1'));
    expect(response.status).toBe(400);
    expect(await server.call('ann', '{ me { nickName } }')).toEqual({ me: { nickName: '' } });
    expect(await (await post(mutation('caf\xe9'))).json()).toEqual({
      data: { setSelfInfo: { nickName: 'caf\xe9' } },
    });
  });

  it('nests as deep as it may, and no deeper', async () => {
    // Two levels are those of the body and of its variables.
    const nest = (levels: number): string =>
      `{"query":"{ me { id } }","variables":{"a":${'['.repeat(levels - 2)}"[{\\"["${']'.repeat(levels - 2)}}}`;
    const fits = await post(nest(64));
    // It is read, and refused for what its variables hold.
    const tooDeep = { extensions: { code: 'QUERY_TOO_COMPLEX', limit: 'valueDepth' } };
    expect(await fits.json()).toMatchObject({ errors: [tooDeep] });
    for (const levels of [65, 100_000]) {
      const response = await post(nest(levels));
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({
        errors: [
          { message: "The body's JSON nests deeper than 64 levels.", extensions: { code: 'BAD_REQUEST' } },
        ],
      });
    }
  });

  it('nests no deeper in the URL', async () => {
    const get = async (levels: number): Promise<unknown> => {
      const variables = `{"a":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`;
      const query = encodeURIComponent('{ me { id } }');
      const url = `${server.url}?query=${query}&variables=${variables}`;
      return (await fetch(url, { headers: await server.headers('ann') })).json();
    };
    expect(await get(8)).toEqual({ data: { me: { id: 'ann' } } });
    for (const levels of [65, 6_000]) {
      const message = 'The JSON of "variables" nests deeper than 64 levels.';
      expect(await get(levels)).toEqual({ errors: [{ message, extensions: { code: 'BAD_REQUEST' } }] });
    }
  });
});
