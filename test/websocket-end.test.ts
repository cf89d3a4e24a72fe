import { RawSocket } from './support/raw-socket';
import { TestServer } from './support/server';
import { describeOnStores } from './support/stores';

const LISTEN = 'subscription { friendshipEvents { seq } }';

describeOnStores('a subscription on the server', (store) => {
  let server: TestServer;
  let socket: RawSocket;
  let level = 0;
  let executions = 0;
  beforeAll(async () => {
    server = await TestServer.start({ store });
  });
  beforeEach(async () => {
    socket = await RawSocket.initAs(server, 'ann');
    socket.subscribe('1', LISTEN);
    await socket.next();
  });
  afterEach(() => socket.close());
  afterAll(() => server.stop());

  /** Makes an event of ann's. */
  async function makeEvent(): Promise<void> {
    executions = server.executions;
    level += 1;
    const query = 'mutation ($level: Int!) { setSelfInfo(input: { level: $level }) { id } }';
    await server.call('ann', query, { level });
  }

  /** Whether the server has shown the last event to somebody: it does so before it answers. */
  const hasShown = (): boolean => server.executions > executions;

  /** Makes an event and takes it from the socket: the server must have shown it. */
  async function expectDelivered(id: string): Promise<void> {
    await makeEvent();
    expect(await socket.next()).toMatchObject({ id, type: 'next' });
    expect(hasShown()).toBe(true);
  }

  it('ends when the client completes it, while the socket stays', async () => {
    await expectDelivered('1');
    socket.send({ id: '1', type: 'complete' });
    socket.send({ type: 'ping' });
    expect(await socket.next()).toMatchObject({ type: 'pong' });
    await makeEvent();
    expect(hasShown()).toBe(false);
    // The id is free again.
    socket.subscribe('1', LISTEN);
    expect(await socket.next()).toMatchObject({ id: '1', type: 'next' });
    await expectDelivered('1');
  });

  it('ends by itself when there are two on one socket', async () => {
    socket.subscribe('2', LISTEN);
    await socket.next();
    socket.send({ id: '1', type: 'complete' });
    await expectDelivered('2');
  });

  it.each(['is cut off', 'is closed by the client'])('ends when the socket %s', async (how) => {
    if (how === 'is cut off') await socket.close();
    else socket.socket.close(1000);
    await socket.closed;
    // Nobody tells the client when the server has noticed.
    for (let tries = 0; ; tries += 1) {
      await makeEvent();
      if (!hasShown()) break;
      expect(tries).toBeLessThan(1000);
    }
  });
});
