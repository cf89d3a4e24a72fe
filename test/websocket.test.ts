import { ADMIN, TestServer } from './support/server';
import { Sockets } from './support/sockets';

const LISTEN = 'subscription { friendshipEvents { __typename seq } }';

describe('the WebSocket door', () => {
  const sockets = Sockets.onOwnServer();

  it('closes with 4403 without a good token, and says why without showing it', async () => {
    const expired = await sockets.server.token('ann', false, -60);
    const ann = await sockets.server.token('ann');
    const admin = await sockets.server.token('admin', true);
    for (const payload of [
      undefined,
      {},
      { authorization: null },
      { authorization: ['Bearer', ann] },
      { authorization: 'Bearer' },
      { authorization: `Bearer ${expired}` },
      { authorization: `Bearer ${ann}x` },
      { authorization: `Bearer ${ann}`, 'x-amicus-act-as': 'bob' },
      { authorization: `Bearer ${admin}`, 'x-amicus-act-as': { userID: 'bob' } },
    ]) {
      const socket = await sockets.open();
      socket.send({ type: 'connection_init', payload });
      const { code, reason } = await socket.closed;
      expect([payload, code]).toEqual([payload, 4403]);
      expect(reason).not.toBe('');
      expect(reason).not.toContain(ann.slice(-10));
    }
  });

  it('takes the token whatever the case of its name, and the user that an administrator acts for', async () => {
    await sockets.server.call('bob', '{ me { id } }');
    const { authorization } = await sockets.server.headers(ADMIN);
    const socket = await sockets.open();
    const payload = { Authorization: authorization, 'X-Amicus-Act-As': 'bob' };
    socket.send({ type: 'connection_init', payload });
    expect(await socket.next()).toEqual({ type: 'connection_ack' });
    socket.subscribe('1', '{ me { id } }');
    expect(await socket.next()).toMatchObject({ type: 'next', payload: { data: { me: { id: 'bob' } } } });
  });

  it('closes with 1001 when the server stops, and stopping waits for no client', async () => {
    const other = await TestServer.start();
    const own = new Sockets(() => other);
    const idle = await own.open();
    const socket = await own.init('ann');
    socket.subscribe('1', LISTEN);
    await socket.next();
    await other.stop();
    expect((await socket.closed).code).toBe(1001);
    expect((await idle.closed).code).toBe(1001);
  });
});
