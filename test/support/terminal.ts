import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const DONE = '--done--';
/** How long the next line may take: a build on a busy machine. */
const PATIENCE_MS = 120_000;

/** A shell as a reader of the manual has it: runs what is pasted, one paste after another, and shows what is printed. */
export class Terminal {
  /** Every line printed, on standard output and error, in the order in which it came. */
  readonly lines: string[] = [];
  private readonly shell: ChildProcess;
  private rest = '';
  private busy = false;
  private waiting: () => void = () => undefined;
  private ended = false;

  constructor(env: Readonly<Record<string, string>>) {
    // A group of its own: Ctrl-C reaches the commands in it, and the shell itself outlives it as an interactive one does.
    this.shell = spawn(
      'bash',
      ['-c', 'trap : INT; exec 2>&1; while read -rd "" pasted; do eval "$pasted"; done'],
      {
        cwd: join(__dirname, '../..'),
        env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
        detached: true,
      },
    );
    this.shell.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.take(text);
    });
    this.shell.once('exit', () => {
      this.ended = true;
      this.waiting();
    });
  }

  /** Runs a paste as soon as the last one has ended. Does not wait for its own end. */
  async run(pasted: string): Promise<void> {
    await this.until(() => !this.busy);
    this.busy = true;
    this.shell.stdin?.write(`${pasted}\necho '${DONE}'\0`);
  }

  /** Ctrl-C. */
  interrupt(): void {
    if (this.busy) this.signal('SIGINT');
  }

  /** Resolves when `test` is true of what was printed; rejects, with everything that was, when that takes too long. */
  async until(test: () => boolean): Promise<void> {
    const deadline = AbortSignal.timeout(PATIENCE_MS);
    deadline.addEventListener('abort', () => {
      this.waiting();
    });
    while (!test() && !this.ended && !deadline.aborted) {
      await new Promise<void>((resolve) => {
        this.waiting = resolve;
      });
    }
    if (!test()) throw new Error(`Waited for more than the terminal printed:\n${this.lines.join('\n')}`);
  }

  /** Ends the shell and whatever still runs in it. */
  async close(): Promise<void> {
    if (this.ended) return;
    const exited = once(this.shell, 'exit');
    this.signal('SIGKILL');
    await exited;
  }

  private signal(signal: NodeJS.Signals): void {
    if (this.shell.pid !== undefined) process.kill(-this.shell.pid, signal);
  }

  private take(text: string): void {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line === DONE) this.busy = false;
      else this.lines.push(line);
    }
    this.waiting();
  }
}
