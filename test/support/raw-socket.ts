import { once } from 'node:events';
import WebSocket from 'ws';
import type { TestServer } from './server';

export interface Message {
  type: string;
  id?: string;
  payload?: unknown;
}

/** A socket that speaks graphql-transport-ws word by word, so that it can also break its rules. */
export class RawSocket {
  private readonly queue: Message[] = [];
  private wake: (() => void) | null = null;
  /** Resolves when the server has closed the socket. */
  readonly closed: Promise<{ code: number; reason: string }>;

  private constructor(private readonly socket: WebSocket) {
    socket.on('message', (data: Buffer) => {
      this.queue.push(JSON.parse(data.toString()) as Message);
      this.wake?.();
    });
    // Where the server cuts off, the close that follows tells the rest.
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => {
        resolve({ code, reason: reason.toString() });
        this.wake?.();
      });
    });
  }

  static async open(server: TestServer): Promise<RawSocket> {
    const socket = new WebSocket(server.wsUrl, 'graphql-transport-ws');
    const raw = new RawSocket(socket);
    await once(socket, 'open');
    return raw;
  }

  /** Opened and acknowledged. */
  static async init(server: TestServer, params: unknown): Promise<RawSocket> {
    const raw = await RawSocket.open(server);
    raw.send({ type: 'connection_init', payload: params });
    const { type } = await raw.next();
    if (type !== 'connection_ack') throw new Error(`The server said ${type}.`);
    return raw;
  }

  send(message: Message | string): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  subscribe(id: string, query: string, variables: object = {}): void {
    this.send({ type: 'subscribe', id, payload: { query, variables } });
  }

  /** The next message; rejects when the socket has closed and everything was taken. */
  async next(): Promise<Message> {
    for (;;) {
      const message = this.queue.shift();
      if (message !== undefined) return message;
      if (this.socket.readyState === WebSocket.CLOSED) throw new Error('The socket has closed.');
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  async close(): Promise<void> {
    this.socket.terminate();
    await this.closed;
  }
}
