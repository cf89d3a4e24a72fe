import type { Bus, EdgeHint } from './bus';
import { BusListeners } from './bus-listeners';
import type { Hint } from './friendship-event';

/** The bus of a single process: delivers within the call of `publish`, and is never down. */
export class MemoryBus implements Bus {
  readonly isUp = true;
  readonly hearsAll = true;
  private readonly listeners: BusListeners;

  constructor(onError: (error: unknown) => void) {
    this.listeners = new BusListeners(onError);
  }

  publish(hints: readonly Hint[]): void {
    this.listeners.tellHints(hints);
  }

  publishEdges(): void {
    // There is no other process.
  }

  publishGap(): void {
    this.listeners.tellGap();
  }

  subscribe(onHints: (hints: readonly Hint[]) => void, onGap?: () => void): () => void {
    return this.listeners.addHints(onHints, onGap);
  }

  subscribeEdges(onEdges: (edges: readonly EdgeHint[]) => void): () => void {
    return this.listeners.addEdges(onEdges);
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }
}
