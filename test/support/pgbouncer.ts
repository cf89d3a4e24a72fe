import { spawnSync } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OwnProgram } from './own-program';
import { findFreePort } from './redis-server';
import { toUnprivileged } from './unprivileged';

const BINARY = 'pgbouncer';
/** Debian's is where only root's path leads. */
const PATH = `${process.env['PATH'] ?? ''}:/usr/sbin`;

/** Whether tests can start one. */
export function hasPgBouncer(): boolean {
  return spawnSync(BINARY, ['--version'], { env: { PATH } }).status === 0;
}

/** A PgBouncer of the test's own before a PostgreSQL. */
export class PgBouncer {
  private constructor(
    private readonly port: number,
    private readonly folder: string,
    private readonly program: OwnProgram,
  ) {}

  /** @param poolSize - the connections to PostgreSQL that all its clients share, for each database */
  static async start(
    serverUrl: string,
    mode: 'transaction' | 'session',
    poolSize: number,
  ): Promise<PgBouncer> {
    const { hostname, port, username } = new URL(serverUrl);
    const folder = await mkdtemp(join(tmpdir(), 'amicus-pgbouncer-'));
    const ownPort = await findFreePort();
    const file = join(folder, 'pgbouncer.ini');
    await writeFile(
      file,
      `[databases]
* = host=${hostname} port=${port === '' ? '5432' : port} user=${username}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${ownPort}
unix_socket_dir =
auth_type = any
pool_mode = ${mode}
default_pool_size = ${poolSize}
`,
    );
    await chmod(folder, 0o755);
    const program = await OwnProgram.start(BINARY, [file], {
      ...toUnprivileged(),
      env: { PATH },
      ready: /process up/,
      output: 'stderr',
      endSignal: 'SIGKILL',
    });
    return new PgBouncer(ownPort, folder, program);
  }

  /** The same database through it. */
  toUrl(databaseUrl: string): string {
    const url = new URL(databaseUrl);
    url.hostname = '127.0.0.1';
    url.port = String(this.port);
    return url.href;
  }

  /** Its connections to PostgreSQL end with it. */
  async remove(): Promise<void> {
    await this.program.end();
    await rm(this.folder, { recursive: true, force: true });
  }
}
