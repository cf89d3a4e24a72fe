import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { OwnProgram } from './own-program';
import { toUnprivileged } from './unprivileged';

/** Where Debian keeps the server's programs, which are not in the path there. */
const DEBIAN = '/usr/lib/postgresql';
const PROGRAMS = ['initdb', 'postgres', 'pg_basebackup'];

/** The folder that has all of them; null when there is none. */
export async function findPostgresPrograms(): Promise<string | null> {
  const versions = await readdir(DEBIAN).catch((): string[] => []);
  const newestFirst = versions.sort((a, b) => Number(b) - Number(a));
  const inPath = process.env['PATH']?.split(delimiter) ?? [];
  const folders = [...inPath, ...newestFirst.map((version) => join(DEBIAN, version, 'bin'))];
  return folders.find((folder) => PROGRAMS.every((name) => existsSync(join(folder, name)))) ?? null;
}

/** The folder that was found when this run began; null when there was none. */
export function findOwnPostgres(): string | null {
  return process.env['TEST_POSTGRES_PROGRAMS'] ?? null;
}

/** Makes a folder in which the servers may write, whoever they are run as. */
export async function createPostgresFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'amicus-postgres-'));
  await chmod(folder, 0o777);
  return folder;
}

/** Makes the data of a server that has one user, `amicus`, and asks for no password. */
export async function initPostgres(data: string): Promise<void> {
  const access = ['-U', 'amicus', '-A', 'trust'];
  await runPostgresProgram(
    'initdb',
    ['-D', data, ...access, '-E', 'UTF8', '--locale', 'C', '--no-sync'],
    data,
  );
}

/** Runs one of the programs to its end. `data` is what it makes. */
export async function runPostgresProgram(name: string, args: readonly string[], data: string): Promise<void> {
  await promisify(execFile)(toProgram(name), args, { ...toUnprivileged(), cwd: dirname(data) });
}

/** Resolves when it takes connections. It ends without a checkpoint: the next start recovers, as after a crash. */
export async function startPostgres(
  data: string,
  port: number,
  options: readonly string[],
): Promise<OwnProgram> {
  const settings = [`port=${port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories='];
  return OwnProgram.start(
    toProgram('postgres'),
    ['-D', data, ...settings.flatMap((setting) => ['-c', setting]), ...options],
    {
      ...toUnprivileged(),
      cwd: dirname(data),
      ready: /ready to accept (read-only )?connections/,
      output: 'stderr',
      endSignal: 'SIGQUIT',
    },
  );
}

function toProgram(name: string): string {
  const programs = findOwnPostgres();
  if (programs === null) throw new Error('There is no PostgreSQL to start.');
  return join(programs, name);
}
