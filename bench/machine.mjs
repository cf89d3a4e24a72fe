import { execFileSync } from 'node:child_process';
import { cpus, loadavg, release, totalmem, type } from 'node:os';

/** Files that one process of the benchmark opens besides its sockets. */
const OTHER_FILES = 500;

export function describeMachine() {
  return {
    date: new Date().toISOString(),
    node: process.version,
    system: `${type()} ${release()}`,
    processor: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    loadAverageAtStart: Math.round(loadavg()[0] * 100) / 100,
  };
}

/** Throws when one process of this machine cannot hold that many connections. */
export function requireFiles(connections) {
  const limit = execFileSync('sh', ['-c', 'ulimit -Hn']).toString().trim();
  if (limit !== 'unlimited' && Number(limit) < connections + OTHER_FILES)
    throw new Error(`${connections} connections need a limit of open files (ulimit -Hn) over ${limit}`);
}
