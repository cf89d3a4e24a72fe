import {
  ApolloClient,
  ApolloLink,
  gql,
  HttpLink,
  InMemoryCache,
  type TypedDocumentNode,
} from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { OperationTypeNode } from 'graphql';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { TestServer } from './support/server';

const LISTEN = `subscription { friendshipEvents { __typename seq cursor ... on FriendListAdded { friends { id userID } } } }`;

describe('clients that others wrote work unchanged', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start();
    await server.call('bob', 'mutation { setSelfInfo(input: { allowType: ALLOW_ANY }) { id } }');
  });
  afterAll(() => server.stop());

  it('serves fetch by POST and by GET', async () => {
    const headers = await server.headers({ userID: 'fay' });
    const posted = await fetch(server.url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({
        query: 'query ($ids: [ID!]!) { usersInfo(userIDs: $ids) { code } }',
        variables: { ids: ['fay'] },
      }),
    });
    expect(await posted.json()).toEqual({ data: { usersInfo: [{ code: 0 }] } });
    const got = await fetch(`${server.url}?query=${encodeURIComponent('{ me { id } }')}`, { headers });
    expect(await got.json()).toEqual({ data: { me: { id: 'fay' } } });
  });

  it("serves graphql-ws's own client: query, mutation and subscription on one socket", async () => {
    const client = createClient({
      url: server.wsUrl,
      webSocketImpl: WebSocket,
      connectionParams: () => server.headers({ userID: 'gus' }),
    });
    const events = client.iterate({ query: LISTEN });
    expect(await events.next()).toMatchObject({
      value: { data: { friendshipEvents: { __typename: 'StreamOpened' } } },
    });
    expect(await client.iterate({ query: '{ me { id } }' }).next()).toMatchObject({
      value: { data: { me: { id: 'gus' } } },
    });
    await client.iterate({ query: 'mutation { addFriend(input: { userID: "bob" }) { resultCode } }' }).next();
    expect(await events.next()).toMatchObject({
      value: { data: { friendshipEvents: { seq: 1, friends: [{ userID: 'bob' }] } } },
    });
    await events.return?.();
    await client.dispose();
  });

  it('serves Apollo Client: query, mutation and subscription, with a cache that normalises', async () => {
    const headers = await server.headers({ userID: 'alice' });
    const socket = createClient({ url: server.wsUrl, webSocketImpl: WebSocket, connectionParams: headers });
    const client = new ApolloClient({
      link: ApolloLink.split(
        ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
        new GraphQLWsLink(socket),
        new HttpLink({ uri: server.url, headers }),
      ),
      cache: new InMemoryCache(),
    });
    const ME = gql('{ me { id nickName } }') as TypedDocumentNode<{ me: { id: string; nickName: string } }>;
    const me = await client.query({ query: ME });
    expect(me.data?.me.id).toBe('alice');

    const received: { __typename: string }[] = [];
    let wake: () => void = () => undefined;
    const subscription = client
      .subscribe<{ friendshipEvents: { __typename: string } }>({ query: gql(LISTEN) })
      .subscribe(({ data }) => {
        if (data) received.push(data.friendshipEvents);
        wake();
      });
    const until = async (count: number): Promise<void> => {
      while (received.length < count) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    };
    await until(1);
    await client.mutate({
      mutation: gql('mutation { addFriend(input: { userID: "bob" }) { userID resultCode } }'),
    });
    await until(2);
    expect(received.map((event) => event.__typename)).toEqual(['StreamOpened', 'FriendListAdded']);

    await client.mutate({
      mutation: gql('mutation { setSelfInfo(input: { nickName: "Al" }) { id nickName } }'),
    });
    const cached = client.readQuery({ query: ME });
    expect(cached?.me.nickName).toBe('Al');
    subscription.unsubscribe();
    client.stop();
    await socket.dispose();
  });
});
