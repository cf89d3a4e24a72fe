import type { Hint } from './friendship-event';

/** Tells that `peerID` has entered or left the list of `ownerID`, who therefore sees that profile by other rules. */
export interface EdgeHint {
  ownerID: string;
  peerID: string;
}

/**
 * Carries hints from where a change was committed to every hub. An optimisation of latency only: hints may be lost,
 * doubled or reordered, and whoever receives one reads the log.
 */
export interface Bus {
  /**
   * False while hints of other processes may be lost without a word. The gap is told in the same turn of the event
   * loop in which this becomes true again.
   */
  readonly isUp: boolean;
  /**
   * False while another process that was heard before is not heard any more: it may be cut off, and changing what nobody
   * is told of. The gap is told in the same turn of the event loop in which it is heard again.
   */
  readonly hearsAll: boolean;
  /**
   * Never throws and never waits. Listeners of this process are called within the call, with the hints as they are;
   * other processes hear some milliseconds later the newest head of each user, without what was appended.
   */
  publish(hints: readonly Hint[]): void;
  /**
   * Tells other processes only, before they hear of hints that are published in the same turn of the event loop or
   * later. Never throws and never waits.
   */
  publishEdges(edges: readonly EdgeHint[]): void;
  /** Tells everybody, this process too, that something may have changed of which nobody can tell. Never throws and never waits. */
  publishGap(): void;
  /**
   * Calls `onHints` with each list of hints until the returned function is called. `onGap` is called when something
   * may have been missed: everything that is to be current has to be read again.
   */
  subscribe(onHints: (hints: readonly Hint[]) => void, onGap?: () => void): () => void;
  /** Calls `onEdges` with what other processes tell of edges, until the returned function is called. */
  subscribeEdges(onEdges: (edges: readonly EdgeHint[]) => void): () => void;
  /** Sends what is waiting and lets go of the transport. Own listeners go on hearing. Safe to call twice. */
  stop(): Promise<void>;
}
