/**
 * So long one that died without a word is waited for: as long as a copy of what it may change is shown, ten minutes of
 * probes every five seconds, and until it is noticed, when copies were still kept.
 */
const REMEMBERED_PERIODS = 124;
/** So many probes may be missing before another process counts as one that is not heard. */
const MISSING_PROBES = 3;

/**
 * Which other processes are heard. Each of them says a probe in every period; one that does not is dead, hangs, or is
 * cut off from the bus and may be changing what nobody else hears of.
 */
export class BusPeers {
  private readonly heardAtMs = new Map<string, number>();
  private readonly silent = new Set<string>();

  /** Times are of a clock that never goes back. */
  constructor(private readonly periodMs: number) {}

  /** False while one that was heard before is not heard any more. */
  get areHeard(): boolean {
    return this.silent.size === 0;
  }

  /** True for one that is back from silence: something of it may have been missed. */
  hear(nodeID: string, nowMs: number): boolean {
    this.heardAtMs.set(nodeID, nowMs);
    return this.silent.delete(nodeID);
  }

  /** It has said that it tells nothing more. */
  leave(nodeID: string): void {
    this.heardAtMs.delete(nodeID);
    this.silent.delete(nodeID);
  }

  /** To be called in each period. Those that are silent for too long are taken for dead. */
  look(nowMs: number): void {
    for (const [nodeID, heardAtMs] of this.heardAtMs) {
      const periods = (nowMs - heardAtMs) / this.periodMs;
      if (periods >= REMEMBERED_PERIODS) this.leave(nodeID);
      else if (periods >= MISSING_PROBES) this.silent.add(nodeID);
    }
  }
}
