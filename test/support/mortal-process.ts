import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { signToken } from '../../src/auth/signer';
import type { Config } from '../../src/config';
import { RUN_TYPESCRIPT } from './run-typescript';
import { toEnvironment } from './seeded-store';

const SECRET = 'a secret of at least thirty-two bytes';

/** Where the server's process ends, or stops until it is let go on. */
export interface Death {
  /** Which statement of the job, from 1, or how it begins. */
  at: number | string;
  moment: 'before' | 'after';
  signal?: 'SIGKILL' | 'SIGSTOP';
}

/** A server in a process that ends by SIGKILL, or stops by SIGSTOP: see mortal-server.ts. */
export class MortalProcess {
  private url: string | null = null;
  private readonly exited: Promise<unknown>;
  private readonly told: Promise<unknown>;
  private hasGoneOn = false;

  private constructor(private readonly child: ChildProcess) {
    this.exited = once(child, 'exit');
    const tells = child.stdio[4] as Readable;
    this.told = once(tells, 'data').then(() => {
      tells.once('data', () => {
        this.hasGoneOn = true;
      });
    });
  }

  /** Resolves when requests are served, or when the process has died before that. */
  static async start(
    config: Partial<Config>,
    { at, moment, signal = 'SIGKILL' }: Death,
  ): Promise<MortalProcess> {
    const script = join(__dirname, 'mortal-server.ts');
    const child = spawn(process.execPath, [...RUN_TYPESCRIPT, script, String(at), moment, signal], {
      cwd: join(__dirname, '../..'),
      env: {
        PATH: process.env['PATH'],
        NODE_ENV: 'production',
        AMICUS_PORT: '0',
        AMICUS_JWT_SECRET: SECRET,
        ...toEnvironment(config),
      },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc', 'pipe'],
    });
    const mortal = new MortalProcess(child);
    const [url] = (await Promise.race([once(child, 'message'), mortal.exited.then(() => [null])])) as [
      string | null,
    ];
    mortal.url = url;
    return mortal;
  }

  get isAlive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Sends one operation; false when the process died before it answered. */
  async call(userID: string, query: string, variables: Record<string, unknown>): Promise<boolean> {
    if (this.url === null) return false;
    const token = await signToken({
      secret: SECRET,
      issuer: null,
      audience: null,
      userID,
      isAdmin: false,
      expiresInSeconds: 3_600,
      nowMs: Date.now(),
    });
    const answer = await fetch(this.url, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    })
      .then((response) => response.json() as Promise<{ errors?: unknown }>)
      .catch(() => null);
    if (answer?.errors !== undefined) throw new Error(JSON.stringify(answer.errors));
    return answer !== null;
  }

  /** Resolves with the signal that ended it. */
  async died(): Promise<NodeJS.Signals | null> {
    await this.exited;
    return this.child.signalCode;
  }

  /** Resolves when it has come to the statement at which it is about to stop. */
  async stopped(): Promise<void> {
    await this.told;
  }

  /** Resolves when it goes on after it has stopped, or has died. */
  async goOn(): Promise<void> {
    // One signal could come before it has stopped, and be of no use.
    while (!this.hasGoneOn && this.isAlive) {
      this.child.kill('SIGCONT');
      await delay(10);
    }
  }

  /** For a test that failed: no process stays. */
  kill(): void {
    this.child.kill('SIGKILL');
  }
}
