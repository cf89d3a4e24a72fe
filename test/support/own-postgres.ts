import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { findFreePort } from './redis-server';

/** Where Debian keeps the server's programs, which are not in the path there. */
const DEBIAN = '/usr/lib/postgresql';
/** PostgreSQL refuses to be run by root. */
const USERS = ['postgres', 'nobody'];

/** The folder of `initdb` and `postgres`; null when there is none. */
export async function findPostgresPrograms(): Promise<string | null> {
  const versions = await readdir(DEBIAN).catch((): string[] => []);
  const newestFirst = versions.sort((a, b) => Number(b) - Number(a));
  const inPath = process.env['PATH']?.split(delimiter) ?? [];
  const folders = [...inPath, ...newestFirst.map((version) => join(DEBIAN, version, 'bin'))];
  return folders.find((folder) => existsSync(join(folder, 'initdb'))) ?? null;
}

/** The folder that was found when this run began; null when there was none. */
export function findOwnPostgres(): string | null {
  return process.env['TEST_POSTGRES_PROGRAMS'] ?? null;
}

/** A PostgreSQL of the test's own, with a database of its own, which it may kill. */
export class PostgresServer {
  private child: ChildProcess | null = null;

  private constructor(
    private readonly programs: string,
    readonly port: number,
    private readonly folder: string,
    private readonly owner: { uid?: number; gid?: number },
    private readonly options: readonly string[],
  ) {}

  /** @param options - of the command line, such as `-c fsync=off` */
  static async start(options: readonly string[] = []): Promise<PostgresServer> {
    const programs = findOwnPostgres();
    if (programs === null) throw new Error('There is no PostgreSQL to start.');
    const folder = await mkdtemp(join(tmpdir(), 'amicus-postgres-'));
    const owner = await findOwner();
    if (owner.uid !== undefined && owner.gid !== undefined) await chown(folder, owner.uid, owner.gid);
    const place = ['--pgdata', join(folder, 'data'), '--username', 'amicus', '--auth', 'trust'];
    const kind = ['--encoding', 'UTF8', '--locale', 'C', '--no-sync'];
    await promisify(execFile)(join(programs, 'initdb'), [...place, ...kind], { ...owner, cwd: folder });
    const server = new PostgresServer(programs, await findFreePort(), folder, owner, options);
    await server.run();
    return server;
  }

  get url(): string {
    return this.toUrl(`127.0.0.1:${this.port}`);
  }

  /** The same database by another way. */
  toUrl(address: string): string {
    return `postgres://amicus@${address}/postgres`;
  }

  /** Starts the process, on the same port each time, and resolves when it takes connections. */
  async run(): Promise<void> {
    const settings = [`port=${this.port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories='];
    const child = spawn(
      join(this.programs, 'postgres'),
      ['-D', join(this.folder, 'data'), ...settings.flatMap((setting) => ['-c', setting]), ...this.options],
      { ...this.owner, cwd: this.folder, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    this.child = child;
    // A test that fails may not come to its end.
    const quit = (): boolean => child.kill('SIGQUIT');
    process.once('exit', quit);
    child.once('exit', () => process.off('exit', quit));
    const lines: string[] = [];
    for await (const line of createInterface({ input: child.stderr })) {
      lines.push(line);
      if (!line.includes('ready to accept connections')) continue;
      child.stderr.resume();
      return;
    }
    throw new Error(`PostgreSQL did not start: ${lines.join('\n')}`);
  }

  /** Ends all processes at once, without a checkpoint: the next start recovers, as after a crash. */
  async crash(): Promise<void> {
    const { child } = this;
    this.child = null;
    if (child === null || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGQUIT');
    await ended;
  }

  async remove(): Promise<void> {
    await this.crash();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Who is to run it; nobody else than now unless that is root. */
async function findOwner(): Promise<{ uid?: number; gid?: number }> {
  if (process.getuid?.() !== 0) return {};
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const [, , uid, gid] = USERS.flatMap((user) => lines.filter(([name]) => name === user))[0] ?? [];
  return uid === undefined ? {} : { uid: Number(uid), gid: Number(gid) };
}
