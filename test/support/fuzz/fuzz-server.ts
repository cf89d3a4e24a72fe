import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { signToken } from '../../../src/auth/signer';
import { RUN_TYPESCRIPT } from '../run-typescript';
import { sqlite } from '../stores';
import type { GraphqlAnswer } from '../server';
import type { FuzzNews } from './fuzz-process';

/** What is refused for coming too often would not be looked at. */
const UNLIMITED = Object.fromEntries(
  ['REQUESTS', 'CONNECTS', 'FAILURES', 'QUERIES', 'MUTATIONS', 'SUBSCRIPTIONS', 'EXPORTS'].map((kind) => [
    `AMICUS_RATE_${kind}`,
    '0',
  ]),
);

const SECRET = 'a secret of at least thirty-two bytes';
/** Pino's number for `error`. */
const ERROR_LEVEL = 50;

/** A server in a process of its own, whose log, heap and end are watched. */
export class FuzzServer {
  url = '';
  private log = '';

  private constructor(
    private readonly child: ChildProcess,
    private readonly drop: () => Promise<void>,
  ) {
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.log += text));
  }

  static async start(): Promise<FuzzServer> {
    const { config, drop } = await sqlite.create();
    const child = fork(join(__dirname, 'fuzz-process.ts'), {
      cwd: join(__dirname, '../../..'),
      execArgv: [...RUN_TYPESCRIPT, '--expose-gc'],
      env: {
        PATH: process.env['PATH'],
        NODE_ENV: 'production',
        AMICUS_PORT: '0',
        AMICUS_LOG_LEVEL: 'error',
        AMICUS_JWT_SECRET: SECRET,
        AMICUS_DATA_DIR: config.dataDir,
        ...UNLIMITED,
      },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    const server = new FuzzServer(child, drop);
    const { url = '' } = await server.hear();
    server.url = url;
    return server;
  }

  /** What the server has logged as an error, or how it ended; none of it may ever be. */
  get troubles(): string[] {
    const lines = this.log.split('\n').slice(0, -1);
    const troubles = lines.filter((line) => !line.startsWith('{') || isError(line));
    const { exitCode, signalCode } = this.child;
    if (exitCode !== null || signalCode !== null)
      troubles.push(`the server ended with ${String(exitCode ?? signalCode)}`);
    return troubles;
  }

  async measureHeapBytes(): Promise<number> {
    this.child.send('measure');
    return (await this.hear()).heapBytes ?? NaN;
  }

  token(userID: string, isAdmin = false): Promise<string> {
    const claims = { userID, isAdmin, expiresInSeconds: 10 * 60 * 60, nowMs: Date.now() };
    return signToken({ secret: SECRET, issuer: null, audience: null, ...claims });
  }

  async call<Data>(userID: string, query: string, isAdmin = false): Promise<Data> {
    const response = await fetch(this.url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await this.token(userID, isAdmin)}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ query }),
    });
    const { data, errors } = (await response.json()) as GraphqlAnswer<Data>;
    if (errors !== undefined || !data) throw new Error(JSON.stringify(errors));
    return data;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const exited = once(this.child, 'exit');
      this.child.disconnect();
      await exited;
    }
    await this.drop();
  }

  private async hear(): Promise<FuzzNews> {
    const ended = once(this.child, 'exit').then(() => {
      throw new Error(`The server has ended: ${this.log}`);
    });
    ended.catch(() => undefined);
    const [news] = (await Promise.race([once(this.child, 'message'), ended])) as [FuzzNews];
    return news;
  }
}

function isError(line: string): boolean {
  return (JSON.parse(line) as { level: number }).level >= ERROR_LEVEL;
}
