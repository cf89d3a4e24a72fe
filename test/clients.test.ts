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
import { type AppEvent, AppStream } from './support/apps/app';
import { apolloApp } from './support/apps/apollo-app';
import { describeApps } from './support/apps/describe-apps';
import { graphqlWsApp } from './support/apps/graphql-ws-app';
import { openSocket } from './support/apps/resuming';
import { urqlApp } from './support/apps/urql-app';
import { befriend, createUsers } from './support/people';
import { TestServer } from './support/server';

describeApps('a client that others wrote works unchanged', (stage) => {
  it('with queries, mutations and subscriptions, variables and lists', async () => {
    await createUsers(stage().server, ['bob'], { allowType: 'ALLOW_ANY' });
    const app = await stage().open('ann');
    const stream = app.listen(null);
    expect(await stream.next()).toMatchObject({ __typename: 'StreamOpened', seq: 0, recovered: true });
    expect(
      await app.mutate('mutation ($id: ID!) { addFriend(input: { userID: $id }) { userID resultCode } }', {
        id: 'bob',
      }),
    ).toMatchObject({ addFriend: { userID: 'bob', resultCode: 'OK' } });
    expect(await stream.next()).toMatchObject({
      __typename: 'FriendListAdded',
      seq: 1,
      friends: [{ userID: 'bob', user: { id: 'bob' } }],
    });
    expect(
      await app.query('query ($ids: [ID!]!) { checkFriends(userIDs: $ids) { relation } }', { ids: ['bob'] }),
    ).toMatchObject({ checkFriends: [{ relation: 'BOTH_WAY' }] });
  });

  it('and shows errors with their code', async () => {
    const app = await stage().open('carl');
    await expect(app.query('{ friendList(first: -1) { totalCount } }')).rejects.toThrow();
    await expect(app.listen('garbage').next()).rejects.toThrow('BAD_USER_INPUT');
  });
});

describe('beyond the stream', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());

  it('fetch is served by POST and by GET', async () => {
    const headers = await server.headers('fay');
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

  it.each([
    ['graphql-ws', graphqlWsApp, ['StreamOpened', 'SelfInfoUpdated', 'SelfInfoUpdated']],
    ['Apollo Client', apolloApp, ['SelfInfoUpdated']],
    ['urql', urqlApp, ['SelfInfoUpdated']],
  ])('a second listener of one app gets from %s what docs/events.md says', async (name, kind, expected) => {
    const userID = `two-${name.replace(' ', '-')}`;
    const app = kind.open({ address: new URL(server.url).host, headers: await server.headers(userID) });
    const rename = (nick: string) =>
      server.call(userID, `mutation { setSelfInfo(input: { nickName: "${nick}" }) { id } }`);
    const position = await server.call<{ friendshipEventPosition: string }>(
      userID,
      '{ friendshipEventPosition }',
    );
    try {
      const first = app.listen(position.friendshipEventPosition);
      await first.next();
      await rename('between');
      await first.next();
      const second = app.listen(position.friendshipEventPosition);
      // A subscription of its own comes behind the other one on the same connection.
      await app.listen(null).next();
      await rename('since');
      await first.next();
      const names = (await second.take(expected.length)).map(({ __typename }) => __typename);
      expect(names).toEqual(expected);
    } finally {
      await app.close();
    }
  });

  it.each([
    ['without possibleTypes', {}, {}],
    ['with them', { possibleTypes: { FriendshipEvent: ['StreamOpened'] } }, { seq: 0 }],
  ])(
    'Apollo Client shows a fragment on every event as docs/events.md says: %s',
    async (_name, options, shown) => {
      const headers = await server.headers('ivy');
      const socket = openSocket({ address: new URL(server.url).host, headers }, []);
      const client = new ApolloClient({ link: new GraphQLWsLink(socket), cache: new InMemoryCache(options) });
      const query = gql(`subscription { friendshipEvents { ...Place ... on StreamOpened { recovered } } }
      fragment Place on FriendshipEvent { seq }`);
      try {
        const event = await new Promise((resolve) => {
          client.subscribe<{ friendshipEvents: AppEvent }>({ query }).subscribe(({ data }) => {
            resolve(data?.friendshipEvents);
          });
        });
        expect(event).toEqual({ __typename: 'StreamOpened', recovered: true, ...shown });
      } finally {
        client.stop();
        await socket.dispose();
      }
    },
  );

  it("Apollo Client's cache takes the answer of a mutation for the entry that a query has read", async () => {
    const client = new ApolloClient({
      link: new HttpLink({ uri: server.url, headers: await server.headers('alice') }),
      cache: new InMemoryCache(),
    });
    const ME = gql('{ me { id nickName } }') as TypedDocumentNode<{ me: { id: string; nickName: string } }>;
    expect((await client.query({ query: ME })).data?.me.id).toBe('alice');
    await client.mutate({
      mutation: gql('mutation { setSelfInfo(input: { nickName: "Al" }) { id nickName } }'),
    });
    expect(client.readQuery({ query: ME })?.me.nickName).toBe('Al');
    client.stop();
  });

  it("Apollo Client's cache shows of changed entries what docs/events.md says", async () => {
    await befriend(server, 'gil', 'hal');
    const headers = await server.headers('gil');
    const socket = openSocket({ address: new URL(server.url).host, headers }, []);
    const client = new ApolloClient({
      link: ApolloLink.split(
        ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
        new GraphQLWsLink(socket),
        new HttpLink({ uri: server.url, headers }),
      ),
      cache: new InMemoryCache(),
    });
    const entry = 'id friendRemark friendGroups friendCustomInfo { key value } user { id nickName }';
    const FRIENDS = gql(`{ friendList(first: 500) { nodes { ${entry} } } }`) as TypedDocumentNode<{
      friendList: { nodes: unknown[] };
    }>;
    const events = new AppStream();
    try {
      await client.query({ query: FRIENDS });
      client
        .subscribe<{ friendshipEvents: AppEvent }>({
          query: gql(
            `subscription { friendshipEvents { seq cursor ... on FriendInfoChanged { friends { ${entry} } } } }`,
          ),
        })
        .subscribe(({ data }) => {
          if (data) events.push(data.friendshipEvents);
        });
      await events.next();
      const notes = 'friendRemark: "H", friendCustomInfo: [{ key: "k", value: "v" }]';
      for (const [caller, call] of [
        ['gil', `setFriendInfo(input: { userID: "hal", ${notes} }) { code }`],
        ['hal', 'setSelfInfo(input: { nickName: "Hal" }) { id }'],
        ['gil', 'createFriendGroup(name: "g", userIDs: ["hal"]) { code }'],
      ] as const) {
        await server.call(caller, `mutation { ${call} }`);
        await events.next();
      }
      expect(client.readQuery({ query: FRIENDS })?.friendList.nodes).toMatchObject([
        {
          friendRemark: 'H',
          friendCustomInfo: [{ key: 'k', value: 'v' }],
          user: { nickName: 'Hal' },
          friendGroups: [],
        },
      ]);
    } finally {
      client.stop();
      await socket.dispose();
    }
  });
});
