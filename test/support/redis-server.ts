import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createClient } from 'redis';

const BINARY = 'redis-server';

/** Connected; a lost connection shows in its commands and is not made anew. The caller destroys it. */
export async function connectRedis(url: string) {
  const client = createClient({ url, socket: { reconnectStrategy: false, connectTimeout: 2_000 } });
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
  private child: ChildProcess | null = null;

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
    const child = spawn(BINARY, [...place, ...this.options], { stdio: ['ignore', 'pipe', 'ignore'] });
    this.child = child;
    // A test that fails may not come to its end.
    const kill = (): boolean => child.kill('SIGKILL');
    process.once('exit', kill);
    child.once('exit', () => process.off('exit', kill));
    const lines: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      lines.push(line);
      if (!line.includes('Ready to accept connections')) continue;
      // Read on, so that it never waits for a full pipe.
      child.stdout.resume();
      return;
    }
    throw new Error(`redis-server did not start: ${lines.join('\n')}`);
  }

  /** Ends the process at once, as a crash would. */
  async kill(): Promise<void> {
    const { child } = this;
    this.child = null;
    if (child === null || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  /** Keeps all connections and answers nothing. */
  freeze(): void {
    this.child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.child?.kill('SIGCONT');
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
