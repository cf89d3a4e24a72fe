import { readGauges } from './support/gauges';
import type { RawSocket } from './support/raw-socket';
import { TestServer } from './support/server';
import { Sockets } from './support/sockets';
import { stopClocks } from './support/stop-clocks';

const LISTEN = 'subscription { friendshipEvents { __typename } }';
const SET_LEVEL = 'mutation { setSelfInfo(input: { level: 7 }) { id } }';
/** How long a socket may outlive its token. */
const MAX_LATE_MS = 501;
/** How long a token is taken after its end, for the clocks may differ. */
const SKEW_MS = 5_000;

describe('what time does to a socket', () => {
  let server: TestServer;
  const sockets = new Sockets(() => server);
  beforeEach(async () => {
    stopClocks('with their timers');
    server = await TestServer.start();
  });
  afterEach(async () => {
    await sockets.closeAll();
    // A connection that is kept stays for a moment when the server stops.
    jest.useRealTimers();
    await server.stop();
  });

  it('closes with 4408 three seconds after nobody has said who is there, not before', async () => {
    const socket = await sockets.open();
    const other = await sockets.init('ann');
    jest.advanceTimersByTime(2_999);
    socket.send({ type: 'ping' });
    expect(await socket.next()).toEqual({ type: 'pong' });
    jest.advanceTimersByTime(1);
    expect(await socket.closed).toEqual({ code: 4408, reason: 'Connection initialisation timeout' });
    expect(await other.drain()).toEqual([]);
  });

  // A delay over 2^31 - 1 ms would be none at all.
  it.each([60_000, 30 * 86_400_000])('closes with 4403 when the token expires, in %i ms', async (lifeMs) => {
    const token = await server.token('ann', false, lifeMs / 1000);
    const socket = await sockets.open();
    socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
    expect(await socket.next()).toEqual({ type: 'connection_ack' });
    socket.subscribe('1', LISTEN);
    await socket.next();
    jest.advanceTimersByTime(1_000);
    expect(await socket.drain()).toEqual([]);
    // The clock of the machine may be set anew meanwhile.
    jest.setSystemTime(Date.now() + lifeMs + SKEW_MS - 2_000);
    jest.advanceTimersByTime(999);
    expect(await socket.drain()).toEqual([]);
    jest.advanceTimersByTime(MAX_LATE_MS);
    // On its way before the client knows; what it asks for is not done any more.
    socket.subscribe('2', SET_LEVEL);
    expect(await socket.closed).toEqual({ code: 4403, reason: 'The token has expired' });
    await expect(socket.next()).rejects.toThrow('The socket has closed.');
    expect(await server.call('ann', '{ me { level } }')).toEqual({ me: { level: 0 } });
  });

  it('serves a token that is taken for what the clocks may differ for as long as it is taken', async () => {
    const token = await server.token('ann', false, -3);
    const socket = await sockets.open();
    socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
    expect(await socket.next()).toEqual({ type: 'connection_ack' });
    jest.advanceTimersByTime(1_000);
    expect(await socket.drain()).toEqual([]);
    jest.advanceTimersByTime(1_000 + MAX_LATE_MS);
    expect(await socket.closed).toEqual({ code: 4403, reason: 'The token has expired' });
  });

  it('closes every socket whose token has expired, also when there was none for a while', async () => {
    const initForAMinute = async (): Promise<RawSocket> => {
      const authorization = `Bearer ${await server.token('ann', false, 60)}`;
      const socket = await sockets.open();
      socket.send({ type: 'connection_init', payload: { authorization } });
      expect(await socket.next()).toEqual({ type: 'connection_ack' });
      return socket;
    };
    const untilNoneIsOpen = async (): Promise<void> => {
      while ((await readGauges(server.url)).get('amicus_websocket_connections') !== 0);
    };
    await (await sockets.open()).close();
    await untilNoneIsOpen();
    const timers = jest.getTimerCount();
    await (await initForAMinute()).close();
    await untilNoneIsOpen();
    // Nobody's token is looked at any more.
    expect(jest.getTimerCount()).toBe(timers);
    const two = [await initForAMinute(), await initForAMinute()];
    jest.setSystemTime(Date.now() + 60_000 + SKEW_MS);
    jest.advanceTimersByTime(MAX_LATE_MS);
    for (const socket of two) {
      await expect(socket.drain()).rejects.toThrow('The socket has closed.');
      expect(await socket.closed).toEqual({ code: 4403, reason: 'The token has expired' });
    }
  });
});
