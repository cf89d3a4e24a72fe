import { Sockets } from './support/sockets';

describe('the sub-protocol of a socket', () => {
  const sockets = Sockets.onOwnServer();

  it.each([
    [['graphql-transport-ws']],
    [['graphql-ws', 'graphql-transport-ws']],
    [['graphql-transport-ws', 'mqtt']],
  ])('is graphql-transport-ws when %j are offered', async (offered) => {
    const socket = await sockets.offer(offered);
    expect(socket.socket.protocol).toBe('graphql-transport-ws');
    socket.send({ type: 'connection_init', payload: await sockets.server.headers('ann') });
    expect(await socket.next()).toEqual({ type: 'connection_ack' });
  });

  it.each([[[]], [['graphql-ws']], [['mqtt', 'graphql-transport-ws2']], [['Graphql-Transport-WS']]])(
    'is refused with 4406 when %j are offered, whatever is said then',
    async (offered: string[]) => {
      const socket = await sockets.offer(offered);
      expect(socket.socket.protocol).toBe('');
      socket.send({ type: 'connection_init', payload: await sockets.server.headers('ann') });
      expect(await socket.closed).toEqual({ code: 4406, reason: 'Subprotocol not acceptable' });
      await expect(socket.next()).rejects.toThrow('The socket has closed.');
    },
  );
});
