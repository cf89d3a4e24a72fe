import type { FormattedExecutionResult } from 'graphql';
import { type AppEvent, type AppKind, AppStream, EVENTS } from './app';
import { openSocket, resuming } from './resuming';

/** Everything goes over the one socket. */
export const graphqlWsApp: AppKind = {
  name: 'graphql-ws',
  open(options) {
    const closeCodes: number[] = [];
    const client = resuming(openSocket(options, closeCodes));
    const ask = <Data>(query: string, variables: Record<string, unknown> = {}): Promise<Data> =>
      new Promise((resolve, reject) => {
        client.subscribe<Data>(
          { query, variables },
          {
            next: (result: FormattedExecutionResult<Data>) => {
              if (result.errors !== undefined) reject(new Error(JSON.stringify(result.errors)));
              else resolve(result.data as Data);
            },
            error: (cause) => {
              reject(new Error(JSON.stringify(cause), { cause }));
            },
            complete: () => undefined,
          },
        );
      });
    return {
      query: ask,
      mutate: ask,
      listen(after) {
        const stream = new AppStream();
        stream.stop = client.subscribe<{ friendshipEvents: AppEvent }>(
          { query: EVENTS, variables: { after } },
          {
            next: ({ data, errors }) => {
              if (data) stream.push(data.friendshipEvents);
              else stream.fail(errors);
            },
            error: (cause) => {
              stream.fail(cause);
            },
            complete: () => {
              stream.fail('complete');
            },
          },
        );
        return stream;
      },
      closeCodes,
      close: async () => client.dispose(),
    };
  },
};
