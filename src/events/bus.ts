import type { Hint } from './friendship-event';

/**
 * Carries hints from where a change was committed to every hub. An optimisation of latency only: hints may be lost,
 * doubled or reordered, and whoever receives one reads the log.
 */
export interface Bus {
  /** Never throws and never waits. */
  publish(hints: readonly Hint[]): void;
  /** Calls `listener` with each list of hints until the returned function is called. */
  subscribe(listener: (hints: readonly Hint[]) => void): () => void;
}

/** The bus of one process: delivers within the call of `publish`. */
export class MemoryBus implements Bus {
  private readonly listeners = new Set<(hints: readonly Hint[]) => void>();

  publish(hints: readonly Hint[]): void {
    for (const listener of this.listeners) listener(hints);
  }

  subscribe(listener: (hints: readonly Hint[]) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
