/**
 * Work that is done again and again: at once when it is started, and then each time so long after it has ended as it says
 * itself. A round that fails is told of, and the next one comes all the same. With `onRecovered` only the first of the
 * failures in a row is told of, and that it is over.
 */
export class Repeating {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | null = null;
  private hasStopped = false;
  private isFailing = false;

  /**
   * @param work - one round; gives the milliseconds until the next one
   * @param retryMs - until the next one after a round that failed
   */
  constructor(
    private readonly work: () => Promise<number>,
    private readonly retryMs: number,
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
    let pauseMs = this.retryMs;
    try {
      pauseMs = await this.work();
      if (this.isFailing) this.onRecovered?.();
      this.isFailing = false;
    } catch (error) {
      if (!this.isFailing || this.onRecovered === null) this.onError(error);
      this.isFailing = true;
    }
    this.continueAfter(pauseMs);
  }
}
