import {
  type AnyVariables,
  Client,
  type CombinedError,
  fetchExchange,
  subscriptionExchange,
} from '@urql/core';
import type { FormattedExecutionResult } from 'graphql';
import type { Sink } from 'graphql-ws';
import { type AppEvent, type AppKind, AppStream, EVENTS } from './app';
import { openSocket, resuming } from './resuming';

/** Queries go by GET and mutations by POST, which is urql's own choice. */
export const urqlApp: AppKind = {
  name: 'urql',
  open(options) {
    const closeCodes: number[] = [];
    const socket = openSocket(options, closeCodes);
    const resumingSocket = resuming(socket);
    const client = new Client({
      url: `http://${options.address}/graphql`,
      fetchOptions: { headers: options.headers },
      exchanges: [
        fetchExchange,
        subscriptionExchange({
          forwardSubscription: ({ query = '', variables }) => ({
            subscribe: (sink) => ({
              unsubscribe: resumingSocket.subscribe(
                { query, variables },
                // The same at run time: urql's type only does not take a property that is there and undefined.
                sink as Sink<FormattedExecutionResult<Record<string, unknown>>>,
              ),
            }),
          }),
        }),
      ],
    });
    return {
      async query<Data>(document: string, variables: AnyVariables = {}) {
        return toData(await client.query<Data>(document, variables).toPromise());
      },
      async mutate<Data>(document: string, variables: AnyVariables = {}) {
        return toData(await client.mutation<Data>(document, variables).toPromise());
      },
      listen(after) {
        const stream = new AppStream();
        const subscription = client
          .subscription<{ friendshipEvents: AppEvent }>(EVENTS, { after })
          .subscribe(({ data, error, hasNext }) => {
            if (error !== undefined) stream.fail(error.graphQLErrors);
            // At the end of a stream urql gives the last event again.
            else if (!hasNext) stream.fail('complete');
            else if (data) stream.push(data.friendshipEvents);
          });
        stream.stop = () => {
          subscription.unsubscribe();
        };
        return stream;
      },
      closeCodes,
      close: async () => socket.dispose(),
    };
  },
};

function toData<Data>({ data, error }: { data?: Data | undefined; error?: CombinedError | undefined }): Data {
  if (error !== undefined) throw error;
  return data as Data;
}
