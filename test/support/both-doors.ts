import { RawSocket } from './raw-socket';
import type { GraphqlAnswer, TestServer } from './server';

/** Asks the same over HTTP and over WebSocket. */
export class BothDoors {
  private constructor(
    private readonly server: TestServer,
    private readonly userID: string,
    private readonly socket: RawSocket,
  ) {}

  static async open(server: TestServer, userID: string): Promise<BothDoors> {
    return new BothDoors(server, userID, await RawSocket.initAs(server, userID));
  }

  /** The one answer that both give. Throws when they differ, in words or order too. */
  async ask(query: string, variables: object = {}): Promise<GraphqlAnswer<Record<string, unknown>>> {
    const overHttp = await this.server.send(this.userID, query, variables as Record<string, unknown>);
    const overSocket = await this.askSocket(query, variables);
    const [first, second] = [overHttp, overSocket].map((answer) => JSON.stringify(answer));
    if (first !== second) throw new Error(`HTTP answers ${String(first)}, WebSocket ${String(second)}`);
    return overHttp;
  }

  async askSocket(query: string, variables: object = {}): Promise<GraphqlAnswer<Record<string, unknown>>> {
    const id = String(Math.random());
    this.socket.subscribe(id, query, variables);
    const { type, payload } = await this.socket.next();
    if (type === 'error') return { errors: payload } as GraphqlAnswer<Record<string, unknown>>;
    this.socket.complete(id);
    const rest = await this.socket.drain();
    if (rest.some((message) => message.id === id && message.type !== 'complete')) {
      throw new Error(`More than one answer came: ${JSON.stringify(rest)}`);
    }
    return payload as GraphqlAnswer<Record<string, unknown>>;
  }

  /** Sends what is no message of the protocol; gives how the socket closes. */
  async sendRaw(text: string): Promise<{ code: number; reason: string }> {
    this.socket.send(text);
    return this.socket.closed;
  }

  async close(): Promise<void> {
    await this.socket.close();
  }
}
