import { createHash } from 'node:crypto';
import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { BoundedStore } from '../src/graphql/bounded-store';
import { TestServer, type GraphqlAnswer } from './support/server';

const toHash = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('automatic persisted queries', () => {
  let server: TestServer;
  let headers: Record<string, string>;
  beforeAll(async () => {
    server = await TestServer.start();
    headers = await server.headers('ann');
  });
  afterAll(() => server.stop());

  const post = async (body: object): Promise<GraphqlAnswer<unknown> & { status: number }> => {
    const response = await fetch(server.url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: response.status, ...((await response.json()) as GraphqlAnswer<unknown>) };
  };
  const toExtensions = (sha256Hash: string) => ({ persistedQuery: { version: 1, sha256Hash } });

  it('are asked for by their hash once they were sent with it, by POST and by GET', async () => {
    const query = 'query ($ids: [ID!]!) { usersInfo(userIDs: $ids) { userID } }';
    const asked = { extensions: toExtensions(toHash(query)), variables: { ids: ['ann'] } };
    const missing = {
      status: 200,
      errors: [{ message: 'PersistedQueryNotFound', extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }],
    };
    expect(await post(asked)).toEqual(missing);
    const found = { status: 200, data: { usersInfo: [{ userID: 'ann' }] } };
    expect(await post({ ...asked, query })).toEqual(found);
    expect(await post(asked)).toEqual(found);
    const search = new URLSearchParams({
      extensions: JSON.stringify(asked.extensions),
      variables: JSON.stringify(asked.variables),
    });
    const got = await fetch(`${server.url}?${search.toString()}`, { headers });
    expect(await got.json()).toEqual({ data: found.data });
  });

  it.each([[{ toString: 1, valueOf: 1 }], [{}], [['x']], [7], [null]])(
    'are not asked for by %p, which is no hash',
    async (sha256Hash) => {
      const extensions = { persistedQuery: { version: 1, sha256Hash } };
      const refused = { errors: [{ extensions: { code: 'BAD_REQUEST' } }] };
      expect(await post({ extensions })).toMatchObject({ status: 400, ...refused });
      expect(await post({ extensions, query: '{ me { id } }' })).toMatchObject({ status: 400, ...refused });
      const search = new URLSearchParams({ extensions: JSON.stringify(extensions) });
      const got = await fetch(`${server.url}?${search.toString()}`, { headers });
      expect(got.status).toBe(400);
      expect(await got.json()).toMatchObject(refused);
    },
  );

  it('are not taken for others of the same hash: with half of a surrogate pair for U+FFFD', async () => {
    const toQuery = (id: string) => `{ usersInfo(userIDs: ["${id}"]) { userID } }`;
    const known = { query: toQuery('\ufffd') };
    const found = { status: 200, data: { usersInfo: [{ userID: '\ufffd' }] } };
    expect(await post(known)).toEqual(found);
    const extensions = toExtensions(toHash(known.query));
    const broken = { query: toQuery('\ud800') };
    for (const body of [broken, { ...broken, extensions }]) {
      const refused = { status: 400, errors: [{ extensions: { code: 'BAD_REQUEST' } }] };
      expect(await post(body)).toMatchObject(refused);
    }
    expect(await post({ extensions })).toMatchObject({
      errors: [{ extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }],
    });
    expect(await post({ ...known, extensions })).toEqual(found);
  });

  it('are not kept under a hash that is not theirs', async () => {
    const hash = toHash('{ me { id level } }');
    expect(await post({ query: '{ me { id } }', extensions: toExtensions(hash) })).toMatchObject({
      status: 400,
    });
    expect(await post({ extensions: toExtensions(hash) })).toMatchObject({
      errors: [{ extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }],
    });
  });

  it('are not kept when they cannot be executed', async () => {
    const query = '{ nope }';
    const asked = { extensions: toExtensions(toHash(query)) };
    expect(await post({ ...asked, query })).toMatchObject({ status: 400 });
    expect(await post(asked)).toMatchObject({
      errors: [{ extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }],
    });
  });

  it("work with Apollo Client's link", async () => {
    const bodies: Record<string, unknown>[] = [];
    const http = new HttpLink({
      uri: server.url,
      headers,
      fetch: async (url, init) => {
        const request = new Request(url, init);
        bodies.push((await request.clone().json()) as Record<string, unknown>);
        return fetch(request);
      },
    });
    const link = new PersistedQueryLink({ sha256: (...[text]) => toHash(text) }).concat(http);
    const ask = async (): Promise<unknown> => {
      const client = new ApolloClient({ link, cache: new InMemoryCache() });
      const { data } = await client.query({ query: gql('{ me { id nickName } }') });
      client.stop();
      return data;
    };
    const data = { me: { __typename: 'User', id: 'ann', nickName: '' } };
    expect([await ask(), await ask()]).toEqual([data, data]);
    expect(bodies.map((body) => 'query' in body)).toEqual([false, true, false]);
  });

  it('are kept within bounds, the longest unused go first', async () => {
    const store = new BoundedStore<string>((text) => text.length);
    for (let index = 0; index < 1_000; index++) await store.set(`key ${index}`, 'x');
    await store.get('key 0');
    await store.set('one more', 'x');
    expect([await store.get('key 0'), await store.get('key 1')]).toEqual(['x', undefined]);
    await store.set('large', 'x'.repeat(4 * 1024 * 1024 - 1));
    expect([await store.get('key 0'), await store.get('one more')]).toEqual(['x', undefined]);
    expect(await store.get('large')).toHaveLength(4 * 1024 * 1024 - 1);
    await store.delete('large');
    expect(await store.get('large')).toBeUndefined();
  });
});
