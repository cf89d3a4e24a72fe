import {
  ApolloClient,
  ApolloLink,
  CombinedGraphQLErrors,
  gql,
  HttpLink,
  InMemoryCache,
  type OperationVariables,
} from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { OperationTypeNode } from 'graphql';
import { type AppEvent, type AppKind, AppStream, EVENTS } from './app';
import { openSocket, resuming } from './resuming';

/** Queries and mutations go over HTTP, as Apollo's own documentation splits them. */
export const apolloApp: AppKind = {
  name: 'Apollo Client',
  open(options) {
    const closeCodes: number[] = [];
    const socket = openSocket(options, closeCodes);
    const client = new ApolloClient({
      link: ApolloLink.split(
        ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
        new GraphQLWsLink(resuming(socket)),
        new HttpLink({ uri: `http://${options.address}/graphql`, headers: options.headers }),
      ),
      cache: new InMemoryCache(),
    });
    return {
      async query<Data>(document: string, variables: OperationVariables = {}) {
        const { data } = await client.query({
          query: gql(document),
          variables,
          fetchPolicy: 'network-only',
        });
        return data as Data;
      },
      async mutate<Data>(document: string, variables: OperationVariables = {}) {
        const { data } = await client.mutate({ mutation: gql(document), variables });
        return data as Data;
      },
      listen(after) {
        const stream = new AppStream();
        const subscription = client
          .subscribe<{ friendshipEvents: AppEvent }>({ query: gql(EVENTS), variables: { after } })
          .subscribe({
            next: ({ data, error }) => {
              if (data) stream.push(data.friendshipEvents);
              else stream.fail(CombinedGraphQLErrors.is(error) ? error.errors : error);
            },
            complete: () => {
              stream.fail('complete');
            },
          });
        stream.stop = () => {
          subscription.unsubscribe();
        };
        return stream;
      },
      closeCodes,
      async close() {
        client.stop();
        await socket.dispose();
      },
    };
  },
};
