/**
 * So long one that died without a word is waited for: as long as a copy of what it may change is shown, ten minutes of
 * probes every five seconds, and until it is noticed, when copies were still kept.
 */
const REMEMBERED_PERIODS = 124;
/** Within so many probes after it has come up, this process has heard all that were there already. */
const MEETING_PERIODS = 2;
/** So many probes may be missing before another process counts as one that is not heard. */
const MISSING_PROBES = 3;

interface Peer {
  heardAtMs: number;
  /** How many of the texts were heard that it has sent; null until it says how many these are. */
  texts: number | null;
}

/**
 * Which other processes are heard, and whether of each all is. Each of them says a probe in every period, with how many
 * texts it has sent; one that does not is dead, hangs, or is cut off from the bus and may be changing what nobody else
 * hears of.
 */
export class BusPeers {
  private readonly peers = new Map<string, Peer>();
  private readonly silent = new Set<string>();
  private upAtMs: number | null = null;

  /** Times are of a clock that never goes back. */
  constructor(private readonly periodMs: number) {}

  /** False while one that was heard before is not heard any more. */
  get areHeard(): boolean {
    return this.silent.size === 0;
  }

  /** True for one that is back from silence: something of it may have been missed. */
  hear(nodeID: string, nowMs: number): boolean {
    const peer = this.peers.get(nodeID);
    // Later, one that is new has sent nothing yet; one that has was cut off until now, or was taken for dead.
    if (peer === undefined)
      this.peers.set(nodeID, { heardAtMs: nowMs, texts: this.isMeeting(nowMs) ? null : 0 });
    else peer.heardAtMs = nowMs;
    return this.silent.delete(nodeID);
  }

  /** One of the texts that it counts was heard. */
  countText(nodeID: string): void {
    const peer = this.peers.get(nodeID);
    if (peer !== undefined && peer.texts !== null) peer.texts++;
  }

  /** It says how many it has sent until then: true when others were heard, since it said so last. */
  hasMissed(nodeID: string, sent: number): boolean {
    const peer = this.peers.get(nodeID);
    if (peer === undefined) return false;
    const { texts } = peer;
    peer.texts = sent;
    return texts !== null && texts !== sent;
  }

  /** To be called when this process has come up, and is told of a gap anyhow. */
  forgetCounts(nowMs: number): void {
    this.upAtMs = nowMs;
    for (const peer of this.peers.values()) peer.texts = null;
  }

  /** It has said that it tells nothing more. */
  leave(nodeID: string): void {
    this.peers.delete(nodeID);
    this.silent.delete(nodeID);
  }

  /** To be called in each period. Those that are silent for too long are taken for dead. */
  look(nowMs: number): void {
    for (const [nodeID, { heardAtMs }] of this.peers) {
      const periods = (nowMs - heardAtMs) / this.periodMs;
      if (periods >= REMEMBERED_PERIODS) this.leave(nodeID);
      else if (periods >= MISSING_PROBES) this.silent.add(nodeID);
    }
  }

  private isMeeting(nowMs: number): boolean {
    return this.upAtMs === null || nowMs - this.upAtMs < MEETING_PERIODS * this.periodMs;
  }
}
