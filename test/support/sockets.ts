import type { ClientOptions } from 'ws';
import { RawSocket } from './raw-socket';
import { TestServer, type ServerOptions } from './server';

/** The raw sockets that one test has opened. */
export class Sockets {
  private readonly opened: RawSocket[] = [];

  constructor(private readonly findServer: () => TestServer) {}

  /** For a suite with one server: it starts before the tests, each closes its sockets, and the server stops behind them. */
  static onOwnServer(options: ServerOptions = {}): Sockets {
    let server: TestServer;
    const sockets = new Sockets(() => server);
    beforeAll(async () => {
      server = await TestServer.start(options);
    });
    afterEach(() => sockets.closeAll());
    afterAll(() => server.stop());
    return sockets;
  }

  get server(): TestServer {
    return this.findServer();
  }

  /** Not acknowledged yet. */
  async open(options: ClientOptions = {}): Promise<RawSocket> {
    return this.keep(await RawSocket.open(this.server, options));
  }

  /** Opened with these sub-protocols on offer, whether the server takes one or not. */
  async offer(offered: readonly string[]): Promise<RawSocket> {
    return this.keep(await RawSocket.offer(this.server, offered));
  }

  /** Acknowledged, for this user. */
  async init(userID: string, options: ClientOptions = {}): Promise<RawSocket> {
    return this.keep(await RawSocket.initAs(this.server, userID, options));
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
