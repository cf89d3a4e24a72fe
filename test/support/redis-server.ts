import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OwnProgram } from './own-program';

const BINARY = 'redis-server';

/** Connected; a lost connection shows in its commands and is not made anew. The caller destroys it. */
export async function connectRedis(url: string) {
  // Most suites that import this have no need of it.
  const { createClient } = await import('redis');
  const client = createClient({ url, socket: { reconnectStrategy: false, connectTimeout: 20_000 } });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** The URL of a Redis that answers; null when none does. */
export async function findRedisUrl(): Promise<string | null> {
  const url = process.env['TEST_REDIS_URL'] ?? 'redis://127.0.0.1:6379';
  try {
    (await connectRedis(url)).destroy();
    return url;
  } catch {
    return null;
  }
}

/** The Redis that answered when this run began; null when there is none. */
export function findRedis(): string | null {
  return process.env['TEST_REDIS_FOUND'] ?? null;
}

/** Whether there was a program to start when this run began. */
export function canStartRedis(): boolean {
  return process.env['TEST_REDIS_BINARY'] !== undefined;
}

/** Whether tests can start servers of their own. */
export function hasRedisBinary(): boolean {
  return spawnSync(BINARY, ['--version']).status === 0;
}

/** A Redis of the test's own, which it may kill. It keeps nothing on disk. */
export class RedisServer {
  private program: OwnProgram | null = null;

  private constructor(
    readonly port: number,
    private readonly folder: string,
    private readonly options: readonly string[],
  ) {}

  /** @param options - of the command line */
  static async start(options: readonly string[] = []): Promise<RedisServer> {
    const folder = await mkdtemp(join(tmpdir(), 'amicus-redis-'));
    const server = new RedisServer(await findFreePort(), folder, options);
    await server.run();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Starts the process, on the same port each time, and resolves when it takes connections. */
  async run(): Promise<void> {
    const place = ['--bind', '127.0.0.1', '--port', String(this.port), '--save', '', '--dir', this.folder];
    this.program = await OwnProgram.start(BINARY, [...place, ...this.options], {
      ready: /Ready to accept connections/,
      output: 'stdout',
      endSignal: 'SIGKILL',
    });
  }

  /** Ends the process at once, as a crash would. */
  async kill(): Promise<void> {
    await this.program?.end();
    this.program = null;
  }

  /** Keeps all connections and answers nothing. */
  freeze(): void {
    this.program?.signal('SIGSTOP');
  }

  thaw(): void {
    this.program?.signal('SIGCONT');
  }

  async remove(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }
}

export async function findFreePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  await once(server.close(), 'close');
  return port;
}
