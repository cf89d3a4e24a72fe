import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { signToken } from '../../../src/auth/signer';
import { loadConfig, type Config } from '../../../src/config';
import { RUN_TYPESCRIPT } from '../run-typescript';
import type { Store } from '../stores';
import type { Door } from './door';
import type { GatewayNews, GatewayOrder } from './gateway-process';
import type { PlantedBug } from './planted-bugs';

const SECRET = 'a secret of at least thirty-two bytes';
/** Longer than the clock jumps. */
const TEN_YEARS_SECONDS = 10 * 365 * 24 * 60 * 60;
/** The few users of these tests ask as fast as they are answered. */
const RESTLESS = {
  rateRequests: 0,
  rateConnects: 0,
  rateQueries: 0,
  rateMutations: 0,
  rateSubscriptions: 0,
  refusalCooldownSeconds: 0,
};

/** A real server in a process of its own that may be killed and started again, over one database and on one port. */
export class Gateway implements Door {
  /** What failed in the background, where no caller waits for it, and what was masked. */
  readonly problems: string[] = [];
  kills = 0;
  clockJumps = 0;
  url = '';
  isUp = false;
  private process: ChildProcess | null = null;
  private clockOffsetMs = 0;
  private up: Promise<void> = Promise.resolve();

  private constructor(
    private config: Config,
    private readonly bug: PlantedBug | null,
    private readonly drop: () => Promise<void>,
  ) {}

  static async start(store: Store, bug: PlantedBug | null = null): Promise<Gateway> {
    const place = await store.create();
    const defaults = loadConfig({ AMICUS_PORT: '0', AMICUS_LOG_LEVEL: 'error', AMICUS_JWT_SECRET: SECRET });
    const limits = { ...defaults.limits, applicationsPerHour: 1_000_000 };
    const config = { ...defaults, ...place.config, ...RESTLESS, limits };
    const gateway = new Gateway(config, bug, () => place.drop());
    try {
      await gateway.open();
    } catch (error) {
      await gateway.stop();
      throw error;
    }
    // Clients come back to where they were.
    gateway.config = { ...gateway.config, port: Number(new URL(gateway.url).port) };
    return gateway;
  }

  /** Resolves when requests are served again; at once while they are. */
  async enter(): Promise<string> {
    await this.up;
    return this.url;
  }

  token(userID: string, isAdmin = false): Promise<string> {
    const claims = { userID, isAdmin, expiresInSeconds: TEN_YEARS_SECONDS, nowMs: Date.now() };
    return signToken({ secret: SECRET, issuer: null, audience: null, ...claims });
  }

  /** Ends the process where it stands, with SIGKILL, and starts another one. Resolves when that is up. */
  async kill(): Promise<void> {
    this.up = this.replace();
    this.kills += 1;
    await this.up;
  }

  /** Stops the process where it stands: it keeps all connections and does nothing. */
  freeze(): void {
    this.process?.kill('SIGSTOP');
  }

  thaw(): void {
    this.process?.kill('SIGCONT');
  }

  /** Moves the server's clock, forward or back, while it runs. */
  jumpClock(byMs: number): void {
    this.clockOffsetMs += byMs;
    this.clockJumps += 1;
    this.order({ kind: 'clock', clockOffsetMs: this.clockOffsetMs });
  }

  /** Stops in order, and leaves nothing of the database. */
  async stop(): Promise<void> {
    await this.end((running) => {
      this.order({ kind: 'stop' }, running);
    });
    await this.drop();
  }

  private async replace(): Promise<void> {
    await this.end((running) => running.kill('SIGKILL'));
    await this.keepOpening();
  }

  /** As what runs services does: one that cannot start is started again. */
  private async keepOpening(): Promise<void> {
    while (!this.isUp) {
      await this.open().catch((error: unknown) => {
        this.problems.push(`did not start: ${String(error)}`);
        return this.end((running) => running.kill('SIGKILL'));
      });
    }
  }

  private async end(how: (running: ChildProcess) => unknown): Promise<void> {
    const running = this.process;
    this.process = null;
    this.isUp = false;
    if (running === null) return;
    const exited = once(running, 'exit');
    how(running);
    await exited;
  }

  private async open(): Promise<void> {
    const started = fork(join(__dirname, 'gateway-process.ts'), {
      cwd: join(__dirname, '../../..'),
      execArgv: RUN_TYPESCRIPT,
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    });
    this.process = started;
    if (started.stderr !== null)
      createInterface({ input: started.stderr }).on('line', (line) => {
        this.problems.push(toProblem(line));
      });
    const answered = new Promise<string>((resolve, reject) => {
      started.on('message', (news: GatewayNews) => {
        if (news.kind === 'ready') resolve(news.url);
        if (news.kind === 'problem') this.problems.push(`in the background: ${news.message}`);
        if (news.kind === 'failed') reject(new Error(news.message));
      });
      started.once('exit', (code) => {
        reject(new Error(`The gateway ended with ${String(code)} before it was up.`));
        if (this.process !== started) return;
        this.process = null;
        if (this.isUp) this.comeBack(code);
      });
    });
    this.order({ kind: 'start', config: this.config, clockOffsetMs: this.clockOffsetMs, bug: this.bug });
    this.url = await answered;
    this.isUp = true;
  }

  /** A server that ends by itself has failed; the run goes on to its end and tells. */
  private comeBack(code: number | null): void {
    this.isUp = false;
    this.problems.push(`the gateway ended by itself with ${String(code)}`);
    this.up = this.keepOpening();
  }

  private order(order: GatewayOrder, to = this.process): void {
    if (to?.connected === true) to.send(order);
  }
}

/** What a line of the log says, and why. */
function toProblem(line: string): string {
  try {
    const { msg, err } = JSON.parse(line) as { msg: string; err?: { type: string; message: string } };
    return err === undefined ? msg : `${msg}: ${err.type}: ${err.message}`;
  } catch {
    return line;
  }
}
