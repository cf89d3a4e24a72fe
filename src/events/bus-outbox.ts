import type { EdgeHint } from './bus';
import { toEdgeTexts, toGapText, toHintTexts } from './bus-message';
import type { Hint } from './friendship-event';

/** How many users and edges may wait to be told. Past it others are told that they missed something instead. */
const MAX_WAITING = 100_000;

/** What other processes are to be told next: of each user the newest head only, of each edge one word. Bounded. */
export class BusOutbox {
  private heads = new Map<string, number | null>();
  private edges = new Map<string, EdgeHint>();
  private gap = false;

  get isEmpty(): boolean {
    return !this.gap && this.heads.size === 0 && this.edges.size === 0;
  }

  /** A user's end stays the last word: whoever listens anew reads the log anyhow. */
  addHints(hints: readonly Hint[]): void {
    for (const { userID, head } of hints) {
      const waiting = this.heads.get(userID);
      if (waiting === null) continue;
      this.heads.set(userID, head === null ? null : Math.max(head, waiting ?? 0));
    }
    this.bound();
  }

  addEdges(edges: readonly EdgeHint[]): void {
    for (const edge of edges) this.edges.set(`${edge.ownerID} ${edge.peerID}`, edge);
    this.bound();
  }

  /** Tells others to read everything again, which says all that was waiting too. */
  addGap(): void {
    this.clear();
    this.gap = true;
  }

  clear(): void {
    this.heads = new Map();
    this.edges = new Map();
    this.gap = false;
  }

  /** Everything that waits, as texts of at most `maxBytes` in the order to be sent: edges before hints. */
  take(nodeID: string, maxBytes: number): string[] {
    const { heads, edges, gap } = this;
    this.clear();
    return [
      ...(gap ? [toGapText(nodeID)] : []),
      ...toEdgeTexts(nodeID, edges.values(), maxBytes),
      ...toHintTexts(nodeID, heads, maxBytes),
    ];
  }

  private bound(): void {
    if (this.heads.size + this.edges.size > MAX_WAITING) this.addGap();
  }
}
