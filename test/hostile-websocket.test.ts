import { createHash } from 'node:crypto';
import { readGauges } from './support/gauges';
import { RawConnection } from './support/raw-connection';
import type { RawSocket } from './support/raw-socket';
import { TestServer } from './support/server';
import { findServerEnd } from './support/server-end';
import { Sockets } from './support/sockets';

const MESSAGES_PER_TURN = 2;
const LISTEN = 'subscription { friendshipEvents { seq } }';

describe('a WebSocket client that floods', () => {
  const sockets = Sockets.onOwnServer({ config: { socketsPerUser: 3 } });
  beforeAll(async () => {
    await sockets.server.call('ann', '{ me { id } }');
  });

  it('with operations has them done, some in a turn: what others ask comes between', async () => {
    const flooding = await sockets.init('ann');
    const honest = await sockets.init('bob');
    const count = MESSAGES_PER_TURN * 120;
    let answered = 0;
    flooding.socket.on('message', () => answered++);
    flooding.socket.setMaxListeners(0);
    // In one piece, and each another document, which has to be read and checked.
    const { _socket: connection } = flooding.socket as unknown as {
      _socket: { cork(): void; uncork(): void };
    };
    connection.cork();
    for (let id = 0; id < count; id++) flooding.subscribe(String(id), `{ a${id}: nope }`);
    connection.uncork();
    honest.subscribe('1', '{ me { id } }');
    await honest.take(2);
    expect(answered).toBeLessThan(count / 2);
    const messages = await flooding.take(count);
    expect(messages.map(({ id, type }) => `${String(id)} ${type}`)).toEqual(
      messages.map((_message, index) => `${index} error`),
    );
  });

  it('with subscriptions that it ends again leaves nothing behind', async () => {
    const before = await readGauges(sockets.server.url);
    const socket = await sockets.init('ann');
    for (let round = 0; round < 2_000; round++) {
      socket.subscribe('1', LISTEN);
      socket.complete('1');
    }
    socket.send({ type: 'ping' });
    while ((await socket.next()).type !== 'pong');
    // An operation counts until its work has ended.
    let after = before;
    do after = await readGauges(sockets.server.url);
    while (after.get('amicus_subscriptions') !== before.get('amicus_subscriptions'));
    expect(after.get('amicus_listening_users')).toBe(before.get('amicus_listening_users'));
    expect(await socket.drain()).toEqual([]);
  });

  it('with pings and does not read is not read any more, or cut off; little is held for it', async () => {
    const ping = JSON.stringify({ type: 'ping', payload: { text: 'x'.repeat(1_000) } });
    for (const flood of [
      (socket: RawSocket) => {
        socket.send(ping);
      },
      (socket: RawSocket) => {
        socket.socket.ping('x'.repeat(125));
      },
    ]) {
      const { opened: socket, serverEnd } = await findServerEnd(() => sockets.init('ann'));
      socket.pause();
      let mostHeld = 0;
      let quietTurns = 0;
      let bytesRead = 0;
      while (!serverEnd.destroyed && (mostHeld === 0 || quietTurns < 20)) {
        if (socket.socket.bufferedAmount === 0) for (let count = 0; count < 1_000; count++) flood(socket);
        await sockets.server.call('bob', '{ me { id } }');
        mostHeld = Math.max(mostHeld, serverEnd.writableLength);
        quietTurns = serverEnd.bytesRead === bytesRead ? quietTurns + 1 : 0;
        ({ bytesRead } = serverEnd);
      }
      expect(mostHeld).toBeLessThan(2 * 1024 * 1024);
      await socket.close();
    }
  });

  it('with tokens that are not valid gets 4403 each time, and no place of anybody', async () => {
    const { authorization } = await sockets.server.headers('ann');
    for (let count = 0; count < 200; count++) {
      const socket = await sockets.open();
      socket.send({ type: 'connection_init', payload: { authorization: `${authorization ?? ''}x` } });
      expect((await socket.closed).code).toBe(4403);
    }
    for (let count = 0; count < 3; count++) await sockets.init('ann');
    await expect(sockets.init('ann')).rejects.toThrow('The socket has closed.');
  });
});

describe('a WebSocket client that breaks the rules of frames', () => {
  let server: TestServer;
  const connections: RawConnection[] = [];
  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterEach(() => {
    for (const connection of connections.splice(0)) connection.close();
  });
  afterAll(() => server.stop());

  const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
  /** Upgraded, with all that a client may ask for. */
  const open = async (): Promise<RawConnection> => {
    const connection = await RawConnection.open(server.url);
    connections.push(connection);
    connection.write(
      'GET /graphql HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
        `Sec-WebSocket-Key: ${KEY}\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n` +
        'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n',
    );
    const head = await connection.until((text) => text.includes('\r\n\r\n'));
    const accept = createHash('sha1').update(`${KEY}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    expect(head).toContain(`Sec-WebSocket-Accept: ${accept}`);
    // So nothing is ever unpacked.
    expect(head).not.toMatch(/sec-websocket-extensions/i);
    return connection;
  };
  /** With a mask of zeros. */
  const frame = (first: number, payload: string, second = 0x80 | payload.length): Buffer =>
    Buffer.concat([Buffer.of(first, second, 0, 0, 0, 0), Buffer.from(payload)]);

  it.each([
    ['packed, though that was not agreed', 1002, frame(0xc1, 'x')],
    ['without a mask', 1002, Buffer.from([0x81, 0x02, 0x7b, 0x7d])],
    ['of a kind that is none', 1002, frame(0x83, 'x')],
    ['that goes on with what has not begun', 1002, frame(0x80, 'x')],
    ['that begins anew before the end', 1002, Buffer.concat([frame(0x01, '{'), frame(0x01, '}')])],
    ['a ping in pieces', 1002, frame(0x09, '')],
    ['a ping that is too long', 1002, Buffer.from([0x89, 0xfe, 0, 126, 0, 0, 0, 0])],
    ['a close of one byte', 1002, frame(0x88, 'x')],
    ['a close with a code that is none', 1002, Buffer.from([0x88, 0x82, 0, 0, 0, 0, 0, 1])],
    ['longer than may be', 1009, Buffer.from([0x81, 0xff, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0, 0])],
    [
      'longer than can be',
      1009,
      Buffer.from([0x81, 0xff, 0xff, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0]),
    ],
    [
      'in more pieces than may be',
      1008,
      Buffer.concat([frame(0x01, ' '), ...Array<Buffer>(16_384).fill(frame(0x00, ' '))]),
    ],
  ])('is sent away: %s', async (_name, code, bytes) => {
    const connection = await open();
    const before = connection.text.length;
    connection.write(bytes);
    const said = Buffer.from((await connection.untilClosed()).slice(before), 'latin1');
    expect(said[0]).toBe(0x88);
    expect(said.readUInt16BE(2)).toBe(code);
  });
});
