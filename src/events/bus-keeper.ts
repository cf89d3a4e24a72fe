import { UnderWay } from '../lib/under-way';
import { LinkSession, type OpenLink } from './bus-link';

/** How long to wait before the second attempt to connect; each further one waits twice as long, up to the longest. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5_000;

export interface KeeperOptions {
  open: OpenLink;
  toProbe: () => string;
  probeMs: number;
  onText: (text: string) => void;
  onUp: () => void;
  onDown: () => void;
  /** Gets why the connection was lost, or could not be made at first: once until it is up again. */
  onError: (error: unknown) => void;
}

/** Keeps one connection: whenever it is lost it is opened again, after a pause that grows. */
export class LinkKeeper {
  private session: LinkSession | null = null;
  private readonly closing = new UnderWay();
  private failures = 0;
  private retry: NodeJS.Timeout | undefined;
  private isStopped = false;
  /** Called when the first attempt has come to its end. */
  private onTried: () => void = () => undefined;

  constructor(private readonly options: KeeperOptions) {}

  get isUp(): boolean {
    return this.session?.isUp === true;
  }

  /** Resolves when the connection is up, or the first attempt has failed; goes on trying then. */
  async start(): Promise<void> {
    const tried = new Promise<void>((resolve) => {
      this.onTried = resolve;
    });
    this.connect();
    await tried;
  }

  /** Rejects when the texts may not have been taken over; the connection is given up then, and made anew. */
  async send(texts: readonly string[]): Promise<void> {
    const { session } = this;
    if (session?.isUp !== true) throw new Error('The bus is down.');
    try {
      await session.send(texts);
    } catch (error) {
      session.lose(error);
      throw error;
    }
  }

  /** Says a last word if it can, and resolves when no connection is left. Safe to call twice. */
  async stop(lastText?: string): Promise<void> {
    if (lastText !== undefined && this.isUp) await this.session?.sendLast(lastText).catch(() => undefined);
    this.isStopped = true;
    clearTimeout(this.retry);
    this.close(this.session);
    this.session = null;
    this.onTried();
    await this.closing.idle();
  }

  private connect(): void {
    const { toProbe, probeMs, onText, onUp, open } = this.options;
    const session = new LinkSession({
      toProbe,
      probeMs,
      onText,
      onUp: () => {
        this.failures = 0;
        onUp();
        this.onTried();
      },
      onLost: (error) => {
        this.end(session, error);
      },
    });
    this.session = session;
    void this.closing.run(() => session.open(open));
  }

  private end(session: LinkSession, error: unknown): void {
    if (this.session !== session || this.isStopped) return;
    this.session = null;
    this.close(session);
    if (this.failures === 0) {
      this.options.onError(error);
      this.options.onDown();
    }
    this.onTried();
    this.retry = setTimeout(this.connect.bind(this), toPauseMs(this.failures));
    this.failures++;
  }

  private close(session: LinkSession | null): void {
    if (session !== null) void this.closing.run(() => session.close());
  }
}

/** A little apart from each other, so that many processes do not come back in the same moment. */
function toPauseMs(failures: number): number {
  const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** failures, LONGEST_PAUSE_MS);
  return pauseMs * (0.5 + Math.random() / 2);
}
