import { Sockets } from './support/sockets';

const SET_LEVEL = 'mutation { setSelfInfo(input: { level: 7 }) { level } }';

describe('the connection in a socket', () => {
  const sockets = Sockets.onOwnServer();

  it('is acknowledged once it is asked for, not before, and by one message', async () => {
    const socket = await sockets.open();
    socket.send({ type: 'ping' });
    expect(await socket.next()).toEqual({ type: 'pong' });
    socket.send({ type: 'connection_init', payload: await sockets.server.headers('ann') });
    expect(await socket.next()).toEqual({ type: 'connection_ack' });
    expect(await socket.drain()).toEqual([]);
  });

  it.each([{}, { payload: null }])('may be asked for with %p, but not without a token', async (rest) => {
    const socket = await sockets.open();
    socket.send({ type: 'connection_init', ...rest });
    expect((await socket.closed).code).toBe(4403);
    await expect(socket.next()).rejects.toThrow('The socket has closed.');
  });

  it('is asked for once: again closes with 4429', async () => {
    const socket = await sockets.init('ann');
    socket.send({ type: 'connection_init', payload: await sockets.server.headers('ann') });
    expect(await socket.closed).toEqual({ code: 4429, reason: 'Too many initialisation requests' });
  });

  it('is asked for once: again closes with 4429, also before the acknowledgement', async () => {
    const init = { type: 'connection_init', payload: await sockets.server.headers('ann') };
    const socket = await sockets.open();
    socket.send(init);
    socket.send(init);
    expect((await socket.closed).code).toBe(4429);
  });

  it('comes before every operation: one without it closes with 4401, and is not executed', async () => {
    const socket = await sockets.open();
    socket.subscribe('1', SET_LEVEL);
    expect(await socket.closed).toEqual({ code: 4401, reason: 'Unauthorized' });
    await expect(socket.next()).rejects.toThrow('The socket has closed.');
  });

  it('is there with the acknowledgement: an operation before it closes with 4401, and is not executed', async () => {
    const socket = await sockets.open();
    socket.send({ type: 'connection_init', payload: await sockets.server.headers('ann') });
    socket.subscribe('1', SET_LEVEL);
    expect((await socket.closed).code).toBe(4401);
    expect(await sockets.server.call('ann', '{ me { level } }')).toEqual({ me: { level: 0 } });
  });

  it('knows nothing of operations before it: their end is no mistake', async () => {
    const socket = await sockets.open();
    socket.complete('1');
    socket.send({ type: 'ping' });
    expect(await socket.next()).toEqual({ type: 'pong' });
  });
});
