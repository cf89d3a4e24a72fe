import type { Bus } from './bus';

/** How long a database may take at most to do what it was asked, once nobody hears its answer any more. */
const DECIDED_MS = 5_000;

/**
 * Tells of commits whose answers were lost. What they would have told nobody knows to be true, so everybody is to read
 * again instead: at once, for most are done by then, and when the last of them is decided.
 */
export class DoubtfulCommits {
  private timer: NodeJS.Timeout | undefined;
  private isStopped = false;

  constructor(private readonly bus: Pick<Bus, 'publishGap'>) {}

  tell(): void {
    this.bus.publishGap();
    if (this.isStopped) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.bus.publishGap();
    }, DECIDED_MS);
  }

  /** Safe to call twice. */
  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
  }
}
