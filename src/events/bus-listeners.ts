import type { EdgeHint } from './bus';
import type { Hint } from './friendship-event';

/** Who listens to a bus in this process. One that throws hurts neither the publisher nor the others. */
export class BusListeners {
  // Wrapped, because the same function may be given twice and each is taken away by itself.
  private readonly hints = new Set<{ onHints: (hints: readonly Hint[]) => void; onGap: () => void }>();
  private readonly edges = new Set<{ onEdges: (edges: readonly EdgeHint[]) => void }>();

  constructor(private readonly onError: (error: unknown) => void) {}

  addHints(onHints: (hints: readonly Hint[]) => void, onGap: () => void = () => undefined): () => void {
    const listener = { onHints, onGap };
    this.hints.add(listener);
    return () => {
      this.hints.delete(listener);
    };
  }

  addEdges(onEdges: (edges: readonly EdgeHint[]) => void): () => void {
    const listener = { onEdges };
    this.edges.add(listener);
    return () => {
      this.edges.delete(listener);
    };
  }

  tellHints(hints: readonly Hint[]): void {
    for (const { onHints } of this.hints) this.guard(onHints, hints);
  }

  tellEdges(edges: readonly EdgeHint[]): void {
    for (const { onEdges } of this.edges) this.guard(onEdges, edges);
  }

  tellGap(): void {
    for (const { onGap } of this.hints) this.guard(onGap, undefined);
  }

  private guard<Told>(listener: (told: Told) => void, told: Told): void {
    try {
      listener(told);
    } catch (error) {
      this.onError(error);
    }
  }
}
