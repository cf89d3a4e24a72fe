import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A way to a server that can be cut, as networks are. What connects afterwards gets through again. */
export class Cable {
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly listening: Server) {}

  /** @param port - of the server, on this machine */
  static async lay(port: number): Promise<Cable> {
    const cable: Cable = new Cable(
      createServer((near) => {
        const far = connect(port, '127.0.0.1');
        near.pipe(far).pipe(near);
        for (const socket of [near, far]) {
          cable.sockets.add(socket);
          socket
            .on('error', () => undefined)
            .on('close', () => {
              cable.sockets.delete(socket);
              near.destroy();
              far.destroy();
            });
        }
      }),
    );
    await once(cable.listening.listen(0, '127.0.0.1'), 'listening');
    return cable;
  }

  get address(): string {
    return `127.0.0.1:${(this.listening.address() as AddressInfo).port}`;
  }

  cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  async remove(): Promise<void> {
    this.cut();
    await once(this.listening.close(), 'close');
  }
}
