import { connect } from 'node:net';

const TEXT = 1;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

/** Reading and its callback are one synchronous step, so all sockets of a process can read into the same bytes. */
const received = Buffer.allocUnsafe(64 * 1024);

/**
 * A WebSocket client that does as little as it can, so that the listeners take as little as possible of the processor
 * that the server under test needs too. Messages are handed over as bytes that are valid during the call only.
 */
export class LightSocket {
  #socket;
  #handlers;
  /** Bytes of a message whose end has not come yet. */
  #rest = null;
  #upgraded = false;

  /** @param {{ onOpen(): void, onMessage(bytes: Buffer): void, onClose(reason: string): void }} handlers */
  constructor({ port, path }, handlers) {
    this.#handlers = handlers;
    let reason = 'the connection ended';
    const onread = { buffer: received, callback: (count) => (this.#take(received.subarray(0, count)), true) };
    this.#socket = connect({ host: '127.0.0.1', port, noDelay: true, onread });
    this.#socket.once('connect', () => {
      this.#socket.write(
        `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
          'Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nSec-WebSocket-Version: 13\r\n' +
          'Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n',
      );
    });
    this.#socket.on('error', (error) => {
      reason = error.message;
    });
    this.#socket.once('close', () => this.#handlers.onClose(reason));
  }

  send(message) {
    this.#socket.write(toFrame(TEXT, Buffer.from(JSON.stringify(message))));
  }

  /** Cuts the connection as a lost network does, without a closing handshake. */
  drop() {
    this.#socket.resetAndDestroy();
  }

  #take(chunk) {
    let bytes = this.#rest === null ? chunk : Buffer.concat([this.#rest, chunk]);
    this.#rest = null;
    if (!this.#upgraded) {
      const end = bytes.indexOf('\r\n\r\n');
      if (end >= 0) {
        if (!bytes.subarray(0, end).includes(' 101 ')) return this.#socket.destroy(new Error('not upgraded'));
        this.#upgraded = true;
        bytes = bytes.subarray(end + 4);
        this.#handlers.onOpen();
      }
    }
    const used = this.#upgraded ? this.#takeFrames(bytes) : 0;
    if (used < bytes.length) this.#rest = Buffer.from(bytes.subarray(used));
  }

  /** How many of the bytes were whole frames. */
  #takeFrames(bytes) {
    let at = 0;
    while (bytes.length - at >= 2) {
      const short = bytes[at + 1] & 127;
      const start = at + (short < 126 ? 2 : 4);
      if (short === 127) throw new Error('a frame of more than 64 KiB');
      if (bytes.length < start) break;
      const end = start + (short < 126 ? short : bytes.readUInt16BE(at + 2));
      if (bytes.length < end) break;
      this.#takeFrame(bytes[at] & 15, bytes.subarray(start, end));
      at = end;
    }
    return at;
  }

  #takeFrame(opcode, payload) {
    if (opcode === TEXT) this.#handlers.onMessage(payload);
    else if (opcode === PING) this.#socket.write(toFrame(PONG, payload));
    else if (opcode === CLOSE) this.#socket.destroy(new Error(`closed: ${payload.subarray(2).toString()}`));
  }
}

/** Masked by zeros, which leave the payload as it is. */
function toFrame(opcode, payload) {
  const { length } = payload;
  const head = length < 126 ? [128 | opcode, 128 | length] : [128 | opcode, 254, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([...head, 0, 0, 0, 0]), payload]);
}
