import { type Client, createClient } from 'graphql-ws';
import WebSocket from 'ws';
import type { AppOptions } from './app';

/** Short, so that tests do not wait; an app leaves it out and gets a delay that grows. */
const RETRY_MS = 20;

/** What all three libraries have under them: the WebSocket client of graphql-ws. */
export function openSocket({ address, headers }: AppOptions, closeCodes: number[]): Client {
  return createClient({
    url: `ws://${address}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: () => headers,
    retryAttempts: Infinity,
    retryWait: () => new Promise((resolve) => setTimeout(resolve, RETRY_MS)),
    // By default it gives up when the server does not answer at all.
    shouldRetry: () => true,
    on: {
      closed: (event) => {
        closeCodes.push((event as { code: number }).code);
      },
    },
  });
}

/**
 * After a break graphql-ws subscribes again by itself, with the variables object that it was given: what this makes of
 * the client moves `after` in it to the last event that was handed over.
 */
export function resuming(client: Client): Client {
  return {
    ...client,
    subscribe(payload, sink) {
      const variables = { ...payload.variables };
      const next: typeof sink.next = (result) => {
        sink.next(result);
        const { friendshipEvents: event } = (result.data ?? {}) as { friendshipEvents?: { cursor: string } };
        if (event !== undefined) variables['after'] = event.cursor;
      };
      return client.subscribe({ ...payload, variables }, { ...sink, next });
    },
  };
}
