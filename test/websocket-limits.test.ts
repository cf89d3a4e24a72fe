import { createClient, type Client } from 'graphql-ws';
import WebSocket from 'ws';
import { TestServer } from './support/server';

const LISTEN = 'subscription { friendshipEvents { __typename } }';

describe('what one user may hold open is limited', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ config: { socketsPerUser: 2, operationsPerSocket: 3 } });
  });
  afterAll(() => server.stop());

  function connect(userID: string, closed: (event: CloseEvent) => void = () => undefined): Client {
    return createClient({
      url: server.wsUrl,
      webSocketImpl: WebSocket,
      connectionParams: () => server.headers({ userID }),
      retryAttempts: 0,
      lazyCloseTimeout: 0,
      on: {
        closed: (event) => {
          closed(event as CloseEvent);
        },
      },
    });
  }

  const open = async (client: Client): Promise<AsyncIterableIterator<unknown>> => {
    const events = client.iterate({ query: LISTEN });
    await events.next();
    return events;
  };

  it('sockets of a user: the last free one is given, one more is sent away and may come back later', async () => {
    const [first, second] = [connect('ann'), connect('ann')];
    await open(first);
    const events = await open(second);
    const event = await new Promise<CloseEvent>((resolve) => {
      void connect('ann', resolve)
        .iterate({ query: LISTEN })
        .next()
        .catch(() => undefined);
    });
    expect([event.code, event.reason]).toEqual([1013, 'This user has too many connections']);
    const other = connect('ben');
    await open(other);

    await events.return?.();
    await second.dispose();
    // The server has seen the close once it gives the place to somebody else.
    for (;;) {
      const third = connect('ann');
      const entered = await open(third).then(
        () => true,
        () => false,
      );
      await third.dispose();
      if (entered) break;
    }
    await Promise.all([first.dispose(), other.dispose()]);
  });

  it('operations on a socket: one too many is refused alone, and its place is free when another ends', async () => {
    const client = connect('cat');
    const [first] = [await open(client), await open(client), await open(client)];
    await expect(client.iterate({ query: '{ me { id } }' }).next()).rejects.toEqual([
      expect.objectContaining({ extensions: { code: 'RATE_LIMITED' } }),
    ]);
    await first.return?.();
    expect(await client.iterate({ query: '{ me { id } }' }).next()).toMatchObject({
      value: { data: { me: { id: 'cat' } } },
    });
    await client.dispose();
  });
});
