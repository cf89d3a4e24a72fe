import type { ClientOptions } from 'ws';
import { RawSocket } from './raw-socket';
import type { TestServer } from './server';

/** The raw sockets that one test has opened. */
export class Sockets {
  private readonly opened: RawSocket[] = [];

  constructor(private readonly server: () => TestServer) {}

  /** Not acknowledged yet. */
  async open(options: ClientOptions = {}): Promise<RawSocket> {
    return this.keep(await RawSocket.open(this.server(), options));
  }

  /** Opened with these sub-protocols on offer, whether the server takes one or not. */
  async offer(offered: readonly string[]): Promise<RawSocket> {
    return this.keep(await RawSocket.offer(this.server(), offered));
  }

  /** Acknowledged, for this user. */
  async init(userID: string, options: ClientOptions = {}): Promise<RawSocket> {
    const server = this.server();
    return this.keep(await RawSocket.init(server, await server.headers({ userID }), options));
  }

  /** To be called after each test. */
  async closeAll(): Promise<void> {
    await Promise.all(this.opened.splice(0).map((socket) => socket.close()));
  }

  private keep(socket: RawSocket): RawSocket {
    this.opened.push(socket);
    return socket;
  }
}
