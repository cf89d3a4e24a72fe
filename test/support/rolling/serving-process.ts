import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { RUN_TYPESCRIPT } from '../run-typescript';

/** `amicus serve` in a process of its own, that is stopped and started as a rolling update does. */
export class ServingProcess {
  /** Of the process that runs now; changes with each start. */
  url = '';
  private child: ChildProcess | null = null;

  private constructor(private readonly env: Readonly<Record<string, string>>) {}

  static async start(env: Readonly<Record<string, string>>): Promise<ServingProcess> {
    const serving = new ServingProcess(env);
    await serving.open();
    return serving;
  }

  /** SIGTERM, the end, and another one. Resolves with the exit code when that serves. */
  async restart(): Promise<unknown> {
    const code = await this.stop();
    await this.open();
    return code;
  }

  /** Resolves with the exit code. Safe to call twice. */
  async stop(): Promise<unknown> {
    const { child } = this;
    this.child = null;
    if (child === null) return null;
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    return (await exited)[0];
  }

  private async open(): Promise<void> {
    const main = join(__dirname, '../../../src/main.ts');
    const child = spawn(process.execPath, [...RUN_TYPESCRIPT, main, 'serve'], {
      cwd: join(__dirname, '../../..'),
      env: { PATH: process.env['PATH'], AMICUS_PORT: '0', AMICUS_LOG_LEVEL: 'error', ...this.env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.child = child;
    const lines = createInterface(child.stdout);
    const [line] = (await Promise.race([once(lines, 'line'), once(child, 'exit').then(() => [''])])) as [
      string,
    ];
    this.url = line.split(' ').at(-1) ?? '';
    if (!this.url.startsWith('http')) throw new Error('The server did not start.');
  }
}
