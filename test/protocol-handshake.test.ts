import { RawConnection } from './support/raw-connection';
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

describe('an upgrade behind a request on one connection', () => {
  const sockets = Sockets.onOwnServer();
  const toUpgrade = (path: string): string =>
    `GET ${path} HTTP/1.1\r\nHost: amicus\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
    'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n' +
    'Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n';
  const findStatuses = (text: string): string[] =>
    [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status = '']) => status);
  const toRequests = async (count: number): Promise<string> => {
    const { authorization = '' } = await sockets.server.headers('ann');
    const ask = `GET /graphql?query={me{id}} HTTP/1.1\r\nHost: amicus\r\nAuthorization: ${authorization}\r\n\r\n`;
    return ask.repeat(count);
  };

  it.each([1, 5])('is answered behind all of the %d that came before', async (count) => {
    const connection = await RawConnection.open(sockets.server.url);
    connection.write((await toRequests(count)) + toUpgrade('/graphql'));
    const text = await connection.until(
      (sofar) => sofar.includes('HTTP/1.1 101') && sofar.endsWith('\r\n\r\n'),
    );
    expect(findStatuses(text)).toEqual([...Array.from({ length: count }, () => '200'), '101']);
    // Pings of nothing are answered: the socket serves.
    connection.write(Buffer.from([0x89, 0x80, 0, 0, 0, 0]));
    expect((await connection.until((all) => all.length > text.length)).slice(text.length)).toBe('\x8a\x00');
    connection.close();
  });

  it('is refused behind it, too', async () => {
    const connection = await RawConnection.open(sockets.server.url);
    connection.write((await toRequests(1)) + toUpgrade('/elsewhere'));
    expect(findStatuses(await connection.untilClosed())).toEqual(['200', '404']);
  });
});
