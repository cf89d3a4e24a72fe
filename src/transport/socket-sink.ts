import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import type { Renderer, Sink } from '../events/delivery';
import { toByteText, type ByteText } from '../lib/byte-text';
import { TRY_AGAIN_LATER } from './close-codes';
import { countTakenBytes } from './taken-bytes';
import { toNextFrame } from './text-frame';

const MAX_UNREAD_BYTES = 256 * 1024;

/**
 * One subscription on a WebSocket, in graphql-transport-ws. Its messages go to the connection as ready frames: the
 * socket's own `send` writes whole frames at once too, as compression is off, so the two never mix.
 */
export class SocketSink implements Sink {
  private readonly head: ByteText;
  private hasEnded = false;
  private onEnd: () => void = () => undefined;
  /** Listens to the connection, which may last for hours without having room. */
  private onRoom: (() => void) | null = null;

  constructor(
    private readonly socket: WebSocket,
    private readonly connection: Duplex,
    operationID: string,
    readonly renderer: Renderer,
  ) {
    this.head = toByteText(`{"id":${JSON.stringify(operationID)},"type":"next","payload":`);
  }

  hasRoom(): boolean {
    return this.connection.writableLength < MAX_UNREAD_BYTES;
  }

  get takenBytes(): number {
    return countTakenBytes(this.connection);
  }

  whenRoom(callback: () => void): void {
    this.stopWaiting();
    this.onRoom = callback;
    this.connection.once('drain', callback);
  }

  whenEnded(callback: () => void): void {
    if (this.hasEnded) callback();
    else this.onEnd = callback;
  }

  end(): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.stopWaiting();
    this.onEnd();
  }

  send(payload: ByteText): void {
    if (this.hasEnded || this.socket.readyState !== WebSocket.OPEN) return;
    this.connection.write(toNextFrame(this.head, payload), 'latin1');
  }

  closeTooSlow(): void {
    this.socket.close(TRY_AGAIN_LATER, 'Too slow; go on by the last cursor');
  }

  closeUnavailable(): void {
    this.socket.close(TRY_AGAIN_LATER, 'Unavailable now; go on by the last cursor');
  }

  private stopWaiting(): void {
    if (this.onRoom !== null) this.connection.off('drain', this.onRoom);
    this.onRoom = null;
  }
}
