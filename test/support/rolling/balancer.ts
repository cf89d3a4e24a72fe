import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';

const PROBE_MS = 50;

/** One that can be asked where it serves now. */
interface Backend {
  readonly url: string;
}

/**
 * A balancer as they are in front of servers: asks each backend's /readyz again and again, gives each request and each
 * WebSocket to the next one that is ready, and another one where nobody listens; on connections of its own.
 */
export class Balancer {
  private readonly listening: Server;
  private readonly ready = new Set<Backend>();
  private readonly sockets = new Set<Socket>();
  private readonly probes: NodeJS.Timeout;
  private turn = 0;

  private constructor(private readonly backends: readonly Backend[]) {
    this.listening = createServer((incoming, response) => void this.forward(incoming, response));
    this.listening.on('upgrade', (incoming, near: Socket, head) => {
      this.join(incoming, near, head);
    });
    this.probes = setInterval(() => {
      for (const backend of backends) void this.probe(backend);
    }, PROBE_MS);
  }

  static async start(backends: readonly Backend[]): Promise<Balancer> {
    const balancer = new Balancer(backends);
    await once(balancer.listening.listen(0, '127.0.0.1'), 'listening');
    await balancer.whenReady();
    return balancer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.listening.address() as AddressInfo).port}/graphql`;
  }

  /** Resolves when every backend is ready. */
  async whenReady(): Promise<void> {
    while (this.ready.size < this.backends.length)
      await new Promise((resolve) => setTimeout(resolve, PROBE_MS));
  }

  async stop(): Promise<void> {
    clearInterval(this.probes);
    for (const socket of this.sockets) socket.destroy();
    const closed = once(this.listening.close(), 'close');
    this.listening.closeAllConnections();
    await closed;
  }

  private async probe(backend: Backend): Promise<void> {
    const isReady = await fetch(new URL('/readyz', backend.url)).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) this.ready.add(backend);
    else this.ready.delete(backend);
  }

  private pick(): URL | null {
    const ready = [...this.ready];
    const backend = ready[this.turn++ % ready.length];
    return backend === undefined ? null : new URL(backend.url);
  }

  private async forward(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    const send = (): void => {
      const target = this.pick();
      if (target === null) {
        response.writeHead(503).end();
        return;
      }
      const { method, headers, url: path } = incoming;
      const { hostname, port } = target;
      const onward = request({ hostname, port, path, method, headers, agent: false }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, { 'content-type': answer.headers['content-type'] });
        answer.pipe(response);
      });
      onward.on('error', (error) => {
        // Nobody has heard it yet: another one may.
        if ((error as { code?: string }).code === 'ECONNREFUSED') send();
        else response.destroy();
      });
      onward.end(body);
    };
    send();
  }

  private join(incoming: IncomingMessage, near: Socket, head: Buffer): void {
    const target = this.pick();
    near.on('error', () => undefined);
    if (target === null) {
      near.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n');
      return;
    }
    const far = connect(Number(target.port), target.hostname);
    const lines = [`GET ${String(incoming.url)} HTTP/1.1`];
    for (let index = 0; index < incoming.rawHeaders.length; index += 2)
      lines.push(`${String(incoming.rawHeaders[index])}: ${String(incoming.rawHeaders[index + 1])}`);
    far.write(`${lines.join('\r\n')}\r\n\r\n`);
    far.write(head);
    near.pipe(far).pipe(near);
    for (const socket of [near, far]) {
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
  }
}
