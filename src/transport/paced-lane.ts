export interface LaneOptions {
  /** Of the event loop's time, as a part of 1: what turns may take in the long run. */
  readonly share: number;
  /** How much they may take before anybody waits. */
  readonly burstMs: number;
  /** What is made up for at the most, beyond the burst: so long, divided by the share, until a turn comes for certain. */
  readonly maxDebtMs: number;
  /** What a turn takes at the least, where nothing else is said. */
  readonly turnMs: number;
  /** Of one key, and of all. */
  readonly maxWaitingOfKey: number;
  readonly maxWaiting: number;
  readonly maxWaitMs: number;
}

/** Of one who comes. */
export interface Wish {
  /** What the turn takes at the least, asked when it comes. */
  readonly findTurnMs?: () => number;
  /** Whether nobody is there any more for whom it would be. */
  readonly isGone?: () => boolean;
}

interface Waiting extends Wish {
  readonly end: (isTurn: boolean) => void;
  readonly timer: NodeJS.Timeout;
}

/**
 * Work that is dear and that anybody can cause. It goes on at once while there is little of it; once it has taken more of
 * the event loop's time than its share, the next of it waits until the share has made up for that. Those who wait come in
 * turns: one of each key, so that who asks for much waits for it alone.
 */
export class PacedLane {
  /** What was taken and is not made up for yet, as it was at `paidAtMs`. */
  private debtMs = 0;
  private paidAtMs = 0;
  /** When the last turn began, or somebody began to wait where nobody did. */
  private turnAtMs = 0;
  /** By key; the key whose turn is next comes first. */
  private readonly waiting = new Map<string, Set<Waiting>>();
  private waitingCount = 0;
  private pacedCount = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly options: LaneOptions,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  /** Whether who comes now waits. Costs nothing while little was taken. */
  get isBusy(): boolean {
    if (this.debtMs <= this.options.burstMs && this.waitingCount === 0) return false;
    this.pay();
    return this.waitingCount > 0 || this.debtMs > this.options.burstMs;
  }

  /** How many wait now. */
  get length(): number {
    return this.waitingCount;
  }

  /** How many had to wait, or were sent away, since the start. */
  get paced(): number {
    return this.pacedCount;
  }

  /** Counts what a turn has taken, beyond the least; or anything else. */
  spend(ms: number): void {
    this.pay();
    this.debtMs = Math.min(this.debtMs + ms, this.options.burstMs + this.options.maxDebtMs);
  }

  /**
   * Resolves with true in a turn of this key; with false, and nothing is to be done, where too many wait, or one has waited
   * for too long, or is gone.
   */
  async turn(key: string, wish: Wish = {}): Promise<boolean> {
    if (!this.isBusy) {
      this.spend(wish.findTurnMs?.() ?? this.options.turnMs);
      return true;
    }
    this.pacedCount++;
    const ofKey = this.waiting.get(key) ?? new Set();
    if (!this.hasRoom(key, ofKey)) return false;
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.leave(key, ofKey, one, false);
      }, this.options.maxWaitMs);
      const one = { ...wish, end: resolve, timer };
      this.waiting.set(key, ofKey.add(one));
      if (this.waitingCount++ === 0) this.turnAtMs = this.paidAtMs;
      this.wake();
    });
  }

  /** Whoever waits is sent away. */
  stop(): void {
    clearTimeout(this.timer);
    for (const [key, ofKey] of this.waiting) for (const one of ofKey) this.leave(key, ofKey, one, false);
  }

  private hasRoom(key: string, ofKey: Set<Waiting>): boolean {
    const { maxWaitingOfKey, maxWaiting } = this.options;
    if (ofKey.size >= maxWaitingOfKey)
      for (const one of ofKey) if (one.isGone?.() === true) this.leave(key, ofKey, one, false);
    return ofKey.size < maxWaitingOfKey && this.waitingCount < maxWaiting;
  }

  private pay(): void {
    const nowMs = this.nowMs();
    this.debtMs = Math.max(0, this.debtMs - (nowMs - this.paidAtMs) * this.options.share);
    this.paidAtMs = nowMs;
  }

  private leave(key: string, ofKey: Set<Waiting>, one: Waiting, isTurn: boolean): void {
    clearTimeout(one.timer);
    one.end(isTurn);
    ofKey.delete(one);
    this.waitingCount--;
    if (ofKey.size === 0) this.waiting.delete(key);
  }

  /** Looks again when the share has made up for what is too much. */
  private wake(): void {
    const { burstMs, share } = this.options;
    this.timer ??= setTimeout(
      () => {
        this.timer = undefined;
        this.beginDue();
        if (this.waitingCount > 0) this.wake();
      },
      Math.ceil((this.debtMs - burstMs) / share),
    );
  }

  private beginDue(): void {
    this.pay();
    const { burstMs, maxDebtMs, share } = this.options;
    // Who waits must not wait for those who do not: what they take is made up for only so long.
    let isOverdue = this.paidAtMs - this.turnAtMs >= maxDebtMs / share;
    for (const [key, ofKey] of this.waiting) {
      if (this.debtMs > burstMs && !isOverdue) break;
      if (this.begin(key, ofKey)) isOverdue = false;
    }
  }

  /** The first of the key that is still there. */
  private begin(key: string, ofKey: Set<Waiting>): boolean {
    this.waiting.delete(key);
    this.waiting.set(key, ofKey);
    for (const one of ofKey) {
      const isTurn = one.isGone?.() !== true;
      this.leave(key, ofKey, one, isTurn);
      if (!isTurn) continue;
      this.turnAtMs = this.paidAtMs;
      this.debtMs += one.findTurnMs?.() ?? this.options.turnMs;
      return true;
    }
    return false;
  }
}
