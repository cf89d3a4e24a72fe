import { execFile, execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { migrateDatabase } from '../../src/database/open-database';
import { withClient } from './postgres-server';
import { findFreePort } from './redis-server';
import { toUnprivileged } from './unprivileged';

const run = promisify(execFile);
const PG_CONFIG = 'pg_config';
/** Where Debian keeps what is not for everybody's path. */
const DEBIAN = '/usr/lib/postgresql';

/** The folder of `initdb` and the rest; null where there is none. */
function findBinaries(): string | null {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = versions.map((version) => join(DEBIAN, version, 'bin'));
  if (spawnSync(PG_CONFIG, ['--bindir']).status === 0) {
    folders.push(execFileSync(PG_CONFIG, ['--bindir']).toString().trim());
  }
  return folders.find((folder) => existsSync(join(folder, 'initdb'))) ?? null;
}

const binaries = findBinaries();

/** Whether tests can start a PostgreSQL of their own. */
export const canStartPostgres = binaries !== null;

/** A PostgreSQL that has the schema, and a replica that follows it by streaming. */
export class PostgresPair {
  private standby: ChildProcess | null = null;

  private constructor(
    private readonly folder: string,
    private readonly primary: ChildProcess,
    private readonly ports: { primary: number; standby: number },
  ) {}

  static async start(): Promise<PostgresPair> {
    const folder = await mkdtemp(join(tmpdir(), 'amicus-postgres-'));
    const ports = { primary: await findFreePort(), standby: await findFreePort() };
    // For whom the servers run as.
    await chmod(folder, 0o777);
    const data = join(folder, 'primary');
    await run(
      toProgram('initdb'),
      ['-D', data, '-U', 'amicus', '-A', 'trust', '-E', 'UTF8', '--no-sync'],
      toUnprivileged(),
    );
    const pair = new PostgresPair(folder, await startServer(data, ports.primary), ports);
    await migrateDatabase({ dataDir: '', databaseUrl: pair.url });
    await run(
      toProgram('pg_basebackup'),
      ['-d', pair.url, '-D', join(folder, 'standby'), '-R', '-X', 'stream', '-c', 'fast', '--no-sync'],
      toUnprivileged(),
    );
    await pair.startStandby();
    return pair;
  }

  get url(): string {
    return `postgres://amicus@127.0.0.1:${this.ports.primary}/postgres`;
  }

  get replicaUrl(): string {
    return `postgres://amicus@127.0.0.1:${this.ports.standby}/postgres`;
  }

  async startStandby(): Promise<void> {
    this.standby = await startServer(join(this.folder, 'standby'), this.ports.standby);
  }

  /** Ends the replica at once, with all connections to it. */
  async killStandby(): Promise<void> {
    if (this.standby !== null) await end(this.standby);
    this.standby = null;
  }

  /** From now on the replica takes what the primary sends and does not show it. */
  async pause(): Promise<void> {
    await withClient(this.replicaUrl, async (client) => {
      await client.query('SELECT pg_wal_replay_pause()');
      const state = 'SELECT pg_get_wal_replay_pause_state() AS state';
      while ((await client.query<{ state: string }>(state)).rows[0]?.state !== 'paused');
    });
  }

  async resume(): Promise<void> {
    await withClient(this.replicaUrl, (client) => client.query('SELECT pg_wal_replay_resume()'));
  }

  async remove(): Promise<void> {
    await this.killStandby();
    await end(this.primary);
    await rm(this.folder, { recursive: true, force: true });
  }
}

function toProgram(name: string): string {
  return join(binaries ?? '', name);
}

/** Resolves when it takes connections. */
async function startServer(data: string, port: number): Promise<ChildProcess> {
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    fsync: 'off',
    shared_buffers: '16MB',
    // Not by a clock: a query must not be ended because it is in the way of what is to be replayed.
    max_standby_streaming_delay: '-1',
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn(toProgram('postgres'), ['-D', data, ...options], {
    stdio: ['ignore', 'ignore', 'pipe'],
    ...toUnprivileged(),
  });
  // A test that fails may not come to its end.
  const kill = (): boolean => child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stderr })) {
    lines.push(line);
    if (!/ready to accept (read-only )?connections/.test(line)) continue;
    child.stderr.resume();
    return child;
  }
  throw new Error(`postgres did not start: ${lines.join('\n')}`);
}

/** By the signal on which PostgreSQL leaves nothing behind and says good-bye to nobody. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGQUIT');
  await ended;
}
