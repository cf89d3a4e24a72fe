import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApolloClient, ApolloLink, CombinedGraphQLErrors, gql, InMemoryCache } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { print } from 'graphql';
import WebSocket from 'ws';
import type { TrustMode } from '../src/config.table';
import { openSocket } from './support/apps/resuming';
import { RawSocket } from './support/raw-socket';
import { TestServer } from './support/server';

const ME = 'query Me { me { id } }';
const LISTEN = 'subscription Listen { friendshipEvents { __typename } }';
const RAISE = 'mutation Raise($level: Int!) { setSelfInfo(input: { level: $level }) { level } }';
const STRANGE = 'query Strange { me { level } }';
const FOUND = { data: { me: { id: 'ann' } } };
const NOT_FOUND = { errors: [{ extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }] };
const REFUSED = { errors: [{ extensions: { code: 'FORBIDDEN' } }] };

/** One manifest, as each tool writes it. */
const MANIFESTS = {
  'graphql-codegen or Relay': { me: ME, listen: LISTEN, raise: RAISE },
  Apollo: {
    format: 'apollo-persisted-query-manifest',
    version: 1,
    operations: [
      { id: 'me', name: 'Me', type: 'query', body: ME },
      { id: 'listen', name: 'Listen', type: 'subscription', body: LISTEN },
      { id: 'raise', name: 'Raise', type: 'mutation', body: RAISE },
    ],
  },
};

// Apollo Client looks there for what is no close of a socket; Node 20 has none.
Object.assign(globalThis, { WebSocket });

let folder: string;
const servers: TestServer[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'amicus-test-'));
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function start(trustMode: TrustMode, manifest: unknown): Promise<TestServer> {
  const trustedDocuments = join(folder, 'manifest.json');
  await writeFile(trustedDocuments, typeof manifest === 'string' ? manifest : JSON.stringify(manifest));
  const server = await TestServer.start({ config: { trustMode, trustedDocuments } });
  servers.push(server);
  return server;
}

async function post(server: TestServer, body: object): Promise<unknown> {
  const response = await fetch(server.url, {
    method: 'POST',
    headers: { ...(await server.headers('ann')), 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return response.json();
}

async function get(server: TestServer, parameters: Record<string, string>): Promise<unknown> {
  const search = new URLSearchParams(parameters).toString();
  const response = await fetch(`${server.url}?${search}`, {
    headers: await server.headers('ann'),
  });
  return response.json();
}

/** What the socket answers first. */
async function subscribe(server: TestServer, payload: object): Promise<{ type: string; payload?: unknown }> {
  const socket = await RawSocket.initAs(server, 'ann');
  socket.send({ type: 'subscribe', id: '1', payload });
  const answer = await socket.next();
  await socket.close();
  return answer;
}

const toHashOf = (id: string) => ({ extensions: { persistedQuery: { version: 1, sha256Hash: id } } });
const BY_ID = {
  documentId: { documentId: 'me' },
  'documentId of GraphQL over HTTP': { documentId: 'sha256:me' },
  doc_id: { doc_id: 'me' },
  id: { id: 'me' },
  'a hash': toHashOf('me'),
};

describe.each(Object.entries(MANIFESTS))('a manifest as %s writes it', (_tool, manifest) => {
  it.each(['off', 'enforce'] as const)('is asked by every name that an id has (%s)', async (mode) => {
    const server = await start(mode, manifest);
    for (const asked of Object.values(BY_ID)) {
      expect([asked, await post(server, asked)]).toEqual([asked, FOUND]);
      const answer = await subscribe(server, { query: '', ...asked });
      expect([asked, answer]).toEqual([asked, { type: 'next', id: '1', payload: FOUND }]);
    }
    expect(await post(server, { query: ME, ...toHashOf('me') })).toEqual(FOUND);
    expect(await get(server, { documentId: 'me' })).toEqual(FOUND);
    expect(await get(server, { extensions: JSON.stringify(toHashOf('me').extensions) })).toEqual(FOUND);
    const raised = { data: { setSelfInfo: { level: 4 } } };
    expect(await post(server, { documentId: 'raise', variables: { level: 4 } })).toEqual(raised);
    expect(await subscribe(server, { query: '', documentId: 'listen' })).toMatchObject({
      type: 'next',
      payload: { data: { friendshipEvents: { __typename: 'StreamOpened' } } },
    });
  });
});

test('variables in the URL of a document asked for by its id nest only so deep', async () => {
  const server = await start('off', MANIFESTS.Apollo);
  const variables = `{"a":${'['.repeat(6_000)}${']'.repeat(6_000)}}`;
  const response = await fetch(`${server.url}?documentId=me&variables=${variables}`, {
    headers: await server.headers('ann'),
  });
  expect(response.status).toBe(400);
});

describe('a document that is not in the manifest', () => {
  it('is refused on both doors when the manifest is enforced, before it is looked at', async () => {
    const server = await start('enforce', MANIFESTS.Apollo);
    for (const query of [STRANGE, `${ME} `, '{ nope', '{ __schema { types { name } } }']) {
      expect(await post(server, { query })).toMatchObject(REFUSED);
      expect(await get(server, { query })).toMatchObject(REFUSED);
      expect(await subscribe(server, { query })).toMatchObject({ type: 'error', payload: REFUSED.errors });
      // An id does not make the text beside it a trusted one.
      expect(await post(server, { query, documentId: 'me' })).toMatchObject(REFUSED);
      expect(await post(server, { query, ...toHashOf('me') })).toMatchObject(REFUSED);
    }
    const response = await fetch(server.url, {
      method: 'POST',
      headers: { ...(await server.headers('ann')), 'content-type': 'application/json' },
      body: JSON.stringify({ query: STRANGE }),
    });
    expect(response.status).toBe(403);
    // The texts of the manifest are as good as their ids.
    expect(await post(server, { query: ME })).toEqual(FOUND);
    expect(await subscribe(server, { query: ME })).toMatchObject({ payload: FOUND });
    // And no text comes in as an automatic persisted query.
    const hash = '0'.repeat(64);
    expect(await post(server, toHashOf(hash))).toMatchObject(NOT_FOUND);
    expect(await post(server, { query: STRANGE, ...toHashOf(hash) })).toMatchObject(REFUSED);
  });

  it.each(['off', 'log'] as const)('is served when the mode is %s', async (mode) => {
    const server = await start(mode, MANIFESTS.Apollo);
    const answer = { data: { me: { level: 0 } } };
    expect(await post(server, { query: STRANGE })).toEqual(answer);
    expect(await subscribe(server, { query: STRANGE })).toMatchObject({ payload: answer });
  });

  it.each(['off', 'log', 'enforce'] as const)('is not found by its id (%s)', async (mode) => {
    const server = await start(mode, MANIFESTS.Apollo);
    for (const asked of [{ documentId: 'nope' }, { doc_id: 'nope' }, { id: 'nope' }, toHashOf('nope')]) {
      expect(await post(server, asked)).toMatchObject(NOT_FOUND);
      const answer = await subscribe(server, { query: '', ...asked });
      expect(answer).toMatchObject({ type: 'error', payload: NOT_FOUND.errors });
    }
    expect(await get(server, { documentId: 'nope' })).toMatchObject(NOT_FOUND);
  });

  it.each(['off', 'enforce'] as const)(
    'leaves automatic persisted queries to those that are (%s)',
    async (mode) => {
      const server = await start(mode, MANIFESTS.Apollo);
      const toHashed = (text: string) => toHashOf(createHash('sha256').update(text).digest('hex'));
      expect(await post(server, { query: ME, ...toHashed(ME) })).toEqual(FOUND);
      expect(await post(server, toHashed(ME))).toEqual(FOUND);
      const answer = mode === 'off' ? { data: { me: { level: 0 } } } : REFUSED;
      expect(await post(server, { query: STRANGE, ...toHashed(STRANGE) })).toMatchObject(answer);
      expect(await post(server, toHashed(STRANGE))).toMatchObject(mode === 'off' ? answer : NOT_FOUND);
    },
  );

  it('is told apart from others only by who may call', async () => {
    const server = await start('enforce', MANIFESTS.Apollo);
    for (const body of [{ query: STRANGE }, { documentId: 'me' }, { documentId: 'nope' }]) {
      const response = await fetch(server.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      expect(response.status).toBe(401);
    }
  });
});

test('Apollo Client listens by the id of a document whose definitions the manifest has sorted', async () => {
  const cache = new InMemoryCache({ possibleTypes: { FriendshipEvent: ['StreamOpened'] } });
  const sent = gql(`subscription Listen { friendshipEvents { ...Place ...Kind } }
    fragment Place on FriendshipEvent { seq } fragment Kind on FriendshipEvent { type }`);
  const [operation, place, kind] = cache.transformDocument(sent).definitions;
  const body = [operation, kind, place].flatMap((one) => (one ? [print(one)] : [])).join('\n\n');
  const operations = [{ id: 'listen', name: 'Listen', type: 'subscription', body }];
  const server = await start('enforce', { ...MANIFESTS.Apollo, operations });
  const headers = await server.headers('ann');
  const socket = openSocket({ address: new URL(server.url).host, headers }, []);
  const listen = async (): Promise<unknown> => {
    const apollo = new ApolloClient({
      cache,
      link: ApolloLink.from([
        new PersistedQueryLink({ generateHash: () => 'listen', disable: () => false }),
        new GraphQLWsLink(socket),
      ]),
    });
    const { data, error } = await new Promise<ApolloClient.SubscribeResult>((resolve) => {
      const subscription = apollo.subscribe({ query: sent }).subscribe((result) => {
        resolve(result);
        subscription.unsubscribe();
      });
    });
    apollo.stop();
    return CombinedGraphQLErrors.is(error) ? { errors: error.errors } : { data };
  };
  try {
    expect(await listen()).toMatchObject({
      data: { friendshipEvents: { seq: 0, type: 'STREAM_OPENED' } },
    });
    // The definitions are those of the document, or the hash does not help.
    const query = [operation, place, kind].flatMap((one) => (one ? [print(one)] : [])).join('\n\n');
    expect(await subscribe(server, { query, ...toHashOf('listen') })).toMatchObject({ type: 'next' });
    expect(await subscribe(server, { query })).toMatchObject({ type: 'error', payload: REFUSED.errors });
    const strange = query.replace('seq', 'qes');
    const refused = await subscribe(server, { query: strange, ...toHashOf('listen') });
    expect(refused).toMatchObject({ type: 'error', payload: REFUSED.errors });
  } finally {
    await socket.dispose();
  }
});

describe('a manifest that cannot be used stops the start', () => {
  it.each([
    ['{', 'is not JSON'],
    ['[]', 'is no object'],
    ['{"a": 1}', 'without an id or a text: "a"'],
    ['{"": "{ me { id } }"}', 'without an id or a text: ""'],
    ['{"format": "other", "version": 1, "operations": []}', 'format that is not known'],
    [
      '{"format": "apollo-persisted-query-manifest", "version": 2, "operations": []}',
      'format that is not known',
    ],
    [
      '{"format": "apollo-persisted-query-manifest", "version": 1, "operations": [7]}',
      'without an id or a text',
    ],
    [
      '{"format": "apollo-persisted-query-manifest", "version": 1, "operations": [{"id": "a", "body": "{ me { id } }"}, {"id": "a", "body": "{ x }"}]}',
      'two documents of the id "a"',
    ],
  ])('%s', async (manifest, problem) => {
    await expect(start('off', manifest)).rejects.toThrow(problem);
    await expect(start('off', manifest)).rejects.toThrow(join(folder, 'manifest.json'));
  });

  it('when it is not there', async () => {
    const trustedDocuments = join(folder, 'nowhere.json');
    await expect(TestServer.start({ config: { trustedDocuments } })).rejects.toThrow(
      /nowhere\.json cannot be read/,
    );
  });
});
