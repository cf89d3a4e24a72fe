import { once } from 'node:events';
import WebSocket from 'ws';
import type { Caller, TestServer } from './server';

export interface Message {
  type: string;
  id?: string;
  payload?: unknown;
}

const PROTOCOL = 'graphql-transport-ws';

/** A socket that speaks graphql-transport-ws word by word, so that it can also break its rules. */
export class RawSocket {
  private readonly queue: Message[] = [];
  private wake: (() => void) | null = null;
  private hasPaused = false;
  /** Resolves when the socket has closed. */
  readonly closed: Promise<{ code: number; reason: string }>;

  private constructor(readonly socket: WebSocket) {
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

  static async open(server: TestServer, options: WebSocket.ClientOptions = {}): Promise<RawSocket> {
    const socket = new WebSocket(server.wsUrl, PROTOCOL, options);
    const raw = new RawSocket(socket);
    await once(socket, 'open');
    return raw;
  }

  /**
   * Opened with these sub-protocols on offer. Does not look whether the server takes one of them: where it takes none,
   * the library's own client would give up before it hears why.
   */
  static async offer(server: TestServer, offered: readonly string[]): Promise<RawSocket> {
    const headers = offered.length === 0 ? {} : { 'sec-websocket-protocol': offered.join(', ') };
    const socket = offered.includes(PROTOCOL)
      ? new WebSocket(server.wsUrl, [...offered])
      : new WebSocket(server.wsUrl, { headers });
    const raw = new RawSocket(socket);
    await once(socket, 'open');
    return raw;
  }

  /** Opened and acknowledged. */
  static async init(
    server: TestServer,
    params: unknown,
    options: WebSocket.ClientOptions = {},
  ): Promise<RawSocket> {
    const raw = await RawSocket.open(server, options);
    raw.send({ type: 'connection_init', payload: params });
    const { type } = await raw.next();
    if (type !== 'connection_ack') throw new Error(`The server said ${type}.`);
    return raw;
  }

  /** Opened and acknowledged, for this caller. */
  static async initAs(
    server: TestServer,
    caller: string | Caller,
    options: WebSocket.ClientOptions = {},
  ): Promise<RawSocket> {
    return RawSocket.init(server, await server.headers(caller), options);
  }

  send(message: Message | string): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  subscribe(id: string, query: string, variables: object = {}): void {
    this.send({ type: 'subscribe', id, payload: { query, variables } });
  }

  complete(id: string): void {
    this.send({ type: 'complete', id });
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

  /** The next `count` messages. */
  async take(count: number): Promise<Message[]> {
    const messages: Message[] = [];
    while (messages.length < count) messages.push(await this.next());
    return messages;
  }

  /**
   * Everything up to the end of a query that is made now, without its two messages: what the server does at once, or by
   * look-ups as long as this one's, has come by then.
   */
  async drain(): Promise<Message[]> {
    const id = `drain ${String(Math.random())}`;
    this.subscribe(id, '{ me { id } }');
    const messages: Message[] = [];
    for (;;) {
      const message = await this.next();
      if (message.id !== id) messages.push(message);
      else if (message.type === 'complete') return messages;
    }
  }

  /** Stops reading from the network: what the server sends piles up there and in the server. */
  pause(): void {
    this.hasPaused = true;
    this.socket.pause();
  }

  resume(): void {
    if (!this.hasPaused) throw new Error('The socket was reading.');
    this.hasPaused = false;
    this.socket.resume();
  }

  async close(): Promise<void> {
    if (this.hasPaused) this.resume();
    this.socket.terminate();
    await this.closed;
  }
}
