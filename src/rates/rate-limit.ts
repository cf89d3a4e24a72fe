import { LRUCache } from 'lru-cache';
import { RateLimiterRes } from 'rate-limiter-flexible';
import { upToEntries } from '../lib/cache-bounds';

/** So many points in a window that begins with the first of them. */
export interface RatePolicy {
  /** What is counted, in the words of error messages and headers. */
  readonly name: string;
  readonly points: number;
  readonly windowSeconds: number;
}

export interface Verdict {
  readonly policy: RatePolicy;
  readonly isRefused: boolean;
  /** Points left in the window. */
  readonly remaining: number;
  /** Until the window ends. */
  readonly resetMs: number;
}

/** Takes points of a key; rejects with a `RateLimiterRes` when there are not that many left. */
export interface RateCounter {
  consume(key: string, points: number): Promise<RateLimiterRes>;
}

const MAX_SPENT_KEYS = 10_000;

/** One limit, for any number of keys. Who has spent it is known here, so that a flood reaches no store behind. */
export class RateLimit {
  private readonly spent = new LRUCache<string, true>(upToEntries(MAX_SPENT_KEYS));
  private refusedCount = 0;

  /** Without a counter nothing is limited. */
  constructor(
    readonly policy: RatePolicy,
    private readonly counter: RateCounter | null,
  ) {}

  /** How often something was refused here. */
  get refused(): number {
    return this.refusedCount;
  }

  /**
   * Takes points; what is refused counts too. Null where nothing is limited. Rejects only where the counter does for
   * another reason than the limit.
   */
  async take(key: string, points = 1): Promise<Verdict | null> {
    if (this.counter === null) return null;
    const refusal = this.findRefusal(key);
    if (refusal !== null) return refusal;
    try {
      return this.judge(key, await this.counter.consume(key, points));
    } catch (error) {
      if (error instanceof RateLimiterRes) return this.judge(key, error);
      throw error;
    }
  }

  /** Whether whatever comes under this key is refused now. */
  isSpent(key: string): boolean {
    return this.spent.get(key) !== undefined;
  }

  /** The refusal that whoever has spent the window gets, and at once; null for everybody else. Takes nothing. */
  findRefusal(key: string): Verdict | null {
    if (!this.isSpent(key)) return null;
    return this.refuse(this.spent.getRemainingTTL(key));
  }

  private judge(key: string, { consumedPoints, msBeforeNext }: RateLimiterRes): Verdict {
    const { policy } = this;
    const remaining = Math.max(0, policy.points - consumedPoints);
    // The counter goes by the clock of the system: set back, that would make the window last until it is as late again.
    const resetMs = Math.min(msBeforeNext, policy.windowSeconds * 1_000);
    if (remaining === 0) this.spent.set(key, true, { ttl: Math.max(1, resetMs) });
    if (consumedPoints > policy.points) return this.refuse(resetMs);
    return { policy, isRefused: false, remaining, resetMs };
  }

  private refuse(resetMs: number): Verdict {
    this.refusedCount += 1;
    return { policy: this.policy, isRefused: true, remaining: 0, resetMs: Math.max(0, resetMs) };
  }
}
