import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A way to a server that can be cut, as networks are. What connects afterwards gets through again. */
export class Cable {
  /** The client's end and the server's end of each connection. */
  private readonly connections = new Map<Socket, Socket>();

  private isPlugged = true;
  private isSwallowing = false;

  private constructor(
    private readonly listening: Server,
    private port: number,
  ) {}

  /** Laid to a PostgreSQL on this machine; gives what names the same database through it. */
  static async layToDatabase(databaseUrl: string): Promise<{ cable: Cable; url: string }> {
    const url = new URL(databaseUrl);
    const cable = await Cable.lay(Number(url.port || 5432));
    url.host = cable.address;
    return { cable, url: url.href };
  }

  /** @param port - of the server, on this machine */
  static async lay(port: number): Promise<Cable> {
    const cable: Cable = new Cable(
      createServer((near) => {
        if (!cable.isPlugged) {
          near.on('error', () => undefined).destroy();
          return;
        }
        const far = connect(cable.port, '127.0.0.1');
        if (!cable.isSwallowing) near.pipe(far).pipe(near);
        cable.connections.set(near, far);
        for (const socket of [near, far]) {
          socket
            .on('error', () => undefined)
            .on('close', () => {
              cable.connections.delete(near);
              near.destroy();
              far.destroy();
            });
        }
      }),
      port,
    );
    await once(cable.listening.listen(0, '127.0.0.1'), 'listening');
    return cable;
  }

  get address(): string {
    return `127.0.0.1:${(this.listening.address() as AddressInfo).port}`;
  }

  /** Cuts, and what connects is cut at once, until it is plugged in again. */
  unplug(): void {
    this.isPlugged = false;
    this.cut();
  }

  /** Resolves with the next connection that is tried, whether it gets through or not. */
  async nextAttempt(): Promise<void> {
    await once(this.listening, 'connection');
  }

  /** @param port - another one for a server that was started anew */
  plug(port = this.port): void {
    this.port = port;
    this.isPlugged = true;
  }

  /** From now on nothing that the server sends on these connections gets through; nobody is told. */
  stall(): void {
    for (const [near, far] of this.connections) far.unpipe(near).pause();
  }

  /** From now on nothing gets through, either way, on new connections neither; all stay, and nobody is told. */
  swallow(): void {
    this.isSwallowing = true;
    for (const [near, far] of this.connections) {
      near.unpipe(far).pause();
      far.unpipe(near).pause();
    }
  }

  /** What was held up gets through, and what follows. */
  flow(): void {
    this.isSwallowing = false;
    for (const [near, far] of this.connections) {
      // Piped twice, all would come twice.
      near.unpipe(far).pipe(far);
      far.unpipe(near).pipe(near);
    }
  }

  cut(): void {
    for (const near of this.connections.keys()) near.destroy();
  }

  async remove(): Promise<void> {
    this.cut();
    await once(this.listening.close(), 'close');
  }
}
