import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';

interface ProgramOptions extends Pick<SpawnOptions, 'cwd' | 'env' | 'gid' | 'uid'> {
  /** Stands in the line that it prints when it takes connections. */
  ready: RegExp;
  output: 'stdout' | 'stderr';
  /** By which it leaves nothing behind. */
  endSignal: NodeJS.Signals;
}

/** A server's program in a process of the test's own. */
export class OwnProgram {
  private constructor(
    private readonly child: ChildProcess,
    private readonly endSignal: NodeJS.Signals,
  ) {}

  /** Resolves when it takes connections. */
  static async start(
    program: string,
    args: readonly string[],
    { ready, output, endSignal, ...options }: ProgramOptions,
  ): Promise<OwnProgram> {
    const stdio = [
      'ignore',
      ...(['stdout', 'stderr'] as const).map((name) => (name === output ? 'pipe' : 'ignore')),
    ];
    const child = spawn(program, args, { ...options, stdio: stdio as ('ignore' | 'pipe')[] });
    const stream = child[output];
    // A test that fails may not come to its end: then it neither keeps the tests from ending nor outlives them.
    child.unref();
    (stream as Socket | null)?.unref();
    endAfterThisProcess(child, endSignal);
    const lines: string[] = [];
    for await (const line of stream === null ? [] : createInterface(stream)) {
      lines.push(line);
      if (!ready.test(line)) continue;
      // Read on, so that it never waits for a full pipe.
      stream?.resume();
      return new OwnProgram(child, endSignal);
    }
    throw new Error(`${program} did not start: ${lines.join('\n')}`);
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** At once, without a good-bye to anybody. Safe to call twice. */
  async end(): Promise<void> {
    const { child } = this;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(this.endSignal);
    await ended;
  }
}

/** Jest tells no test that its process exits, and may end that by SIGKILL: what shows it for certain is a pipe that ends. */
function endAfterThisProcess(child: ChildProcess, signal: NodeJS.Signals): void {
  const end = `cat; kill -s ${signal.slice('SIG'.length)} ${String(child.pid)}`;
  const watcher = spawn('sh', ['-c', end], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  watcher.unref();
  (watcher.stdin as Socket | null)?.unref();
  child.once('exit', () => watcher.kill('SIGKILL'));
}
