import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import type { Renderer, Sink } from '../events/delivery';

const MAX_UNREAD_BYTES = 256 * 1024;
const TRY_AGAIN_LATER = 1013;
/** FIN and the opcode of a text message. */
const FINAL_TEXT = 0x81;

type Connection = Duplex & { _handle?: { bytesWritten?: number; writeQueueSize?: number } | null };

/**
 * One subscription on a WebSocket, in graphql-transport-ws. Its messages go to the connection as ready frames: the
 * socket's own `send` writes whole frames at once too, as compression is off, so the two never mix.
 */
export class SocketSink implements Sink {
  private readonly head: string;
  private hasEnded = false;
  private onEnd: () => void = () => undefined;

  constructor(
    private readonly socket: WebSocket,
    private readonly connection: Duplex,
    operationID: string,
    readonly renderer: Renderer,
    private readonly onEnded: (sink: SocketSink) => void,
  ) {
    this.head = `{"id":${JSON.stringify(operationID)},"type":"next","payload":`;
  }

  hasRoom(): boolean {
    return this.connection.writableLength < MAX_UNREAD_BYTES;
  }

  get takenBytes(): number {
    // How far a write under way has come shows in the handle only; Node's own time-outs look there, too.
    const { bytesWritten = 0, writeQueueSize = 0 } = (this.connection as Connection)._handle ?? {};
    return bytesWritten - writeQueueSize;
  }

  whenRoom(callback: () => void): void {
    this.connection.once('drain', callback);
  }

  whenEnded(callback: () => void): void {
    if (this.hasEnded) callback();
    else this.onEnd = callback;
  }

  end(): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.onEnded(this);
    this.onEnd();
  }

  send(payload: string): void {
    if (this.hasEnded || this.socket.readyState !== WebSocket.OPEN) return;
    this.connection.write(toTextFrame(`${this.head}${payload}}`));
  }

  closeTooSlow(): void {
    this.socket.close(TRY_AGAIN_LATER, 'Too slow; go on by the last cursor');
  }
}

/** An unmasked frame, as servers send them (RFC 6455, section 5.2). */
function toTextFrame(text: string): Buffer {
  const bytes = Buffer.byteLength(text);
  const headBytes = bytes < 126 ? 2 : bytes < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(headBytes + bytes);
  frame[0] = FINAL_TEXT;
  if (headBytes === 2) {
    frame[1] = bytes;
  } else if (headBytes === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(bytes, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(bytes), 2);
  }
  frame.write(text, headBytes);
  return frame;
}
