/**
 * Work that is done again and again: at once when it is started, and then each time so long after it has ended. A round
 * that fails is told of, and the next one comes all the same. With `onRecovered` only the first of the failures in a row
 * is told of, and that it is over.
 */
export class Repeating {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | null = null;
  private hasStopped = false;
  private isFailing = false;

  /** `pauseMs` comes after a round that does not say itself how long to pause, and after one that failed. */
  constructor(
    private readonly work: (() => Promise<void>) | (() => Promise<number>),
    private readonly pauseMs: number,
    private readonly onError: (error: unknown) => void,
    private readonly onRecovered: (() => void) | null = null,
  ) {}

  /** Whether the round under way is the last one. */
  get isStopped(): boolean {
    return this.hasStopped;
  }

  start(): void {
    this.continueAfter(0);
  }

  /** Finishes the round under way. Safe to call twice. */
  async stop(): Promise<void> {
    this.hasStopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  private continueAfter(delayMs: number): void {
    if (this.hasStopped) return;
    this.timer = setTimeout(() => {
      this.running = this.round();
    }, delayMs);
  }

  private async round(): Promise<void> {
    let { pauseMs } = this;
    try {
      const ownMs = await this.work();
      if (typeof ownMs === 'number') pauseMs = ownMs;
      if (this.isFailing) this.onRecovered?.();
      this.isFailing = false;
    } catch (error) {
      if (!this.isFailing || this.onRecovered === null) this.onError(error);
      this.isFailing = true;
    }
    this.continueAfter(pauseMs);
  }
}
