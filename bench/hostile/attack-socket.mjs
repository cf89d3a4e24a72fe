import { connect } from 'node:net';

export const HANDSHAKE =
  'GET /graphql HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n';

/** A connection of the attack, from its address; gone when the attack is over. */
export function open({ port, address, sockets }) {
  const socket = connect({ host: '127.0.0.1', port, localAddress: address });
  sockets.add(socket);
  socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  return socket;
}

/** Resolves when bytes have come, or the connection has closed. */
export function heard(socket) {
  if (socket.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const stop = () => {
      socket.off('data', stop).off('close', stop);
      resolve();
    };
    socket.on('data', stop).on('close', stop);
  });
}

/** Resolves when the connection has closed. */
export function closed(socket) {
  return socket.destroyed ? Promise.resolve() : new Promise((resolve) => socket.once('close', resolve));
}

/** A text frame with a mask of zeros. */
export function toFrame(message) {
  const payload = Buffer.from(JSON.stringify(message));
  const head = Buffer.alloc(payload.length < 126 ? 6 : 8);
  head[0] = 0x81;
  head[1] = 0x80 | (payload.length < 126 ? payload.length : 126);
  if (payload.length >= 126) head.writeUInt16BE(payload.length, 2);
  return Buffer.concat([head, payload]);
}
