import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** One TCP connection to a server, on which a test says what it likes. */
export class RawConnection {
  private readonly chunks: Buffer[] = [];
  private onData: () => void = () => undefined;
  /** Resolves when the server has closed it, or it was closed here. */
  readonly closed: Promise<void>;

  private constructor(readonly socket: Socket) {
    socket.on('data', (chunk: Buffer) => {
      this.chunks.push(chunk);
      this.onData();
    });
    // Where the server cuts off, the close that follows tells the rest.
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        resolve();
        this.onData();
      });
    });
  }

  /** `localAddress` is the client's own. */
  static async open(url: string, localAddress?: string): Promise<RawConnection> {
    const { hostname, port } = new URL(url);
    const socket = connect({ port: Number(port), host: hostname, ...(localAddress && { localAddress }) });
    const connection = new RawConnection(socket);
    await once(socket, 'connect');
    return connection;
  }

  /** What has come so far; each byte is a character. */
  get text(): string {
    return Buffer.concat(this.chunks).toString('latin1');
  }

  write(bytes: string | Buffer): void {
    this.socket.write(bytes);
  }

  /** What has come when this fits, or when the connection has closed. */
  async until(isEnough: (text: string) => boolean): Promise<string> {
    while (!isEnough(this.text) && !this.socket.destroyed) {
      await new Promise<void>((resolve) => {
        this.onData = resolve;
      });
    }
    return this.text;
  }

  async untilClosed(): Promise<string> {
    await this.closed;
    return this.text;
  }

  close(): void {
    this.socket.destroy();
  }
}
