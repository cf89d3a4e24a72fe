/** What a transaction has to tell once it is committed, in the order of registration. */
export class CommitFacts {
  readonly #facts: (() => void)[] = [];

  add(fact: () => void): void {
    this.#facts.push(fact);
  }

  /** A fact that throws hurts neither the caller nor the facts after it: it becomes a process warning. */
  tell(): void {
    for (const fact of this.#facts) {
      try {
        fact();
      } catch (error) {
        // The change is committed and its caller must hear so; the fault in telling others still has to be seen.
        process.emitWarning(`A fact told after a commit failed: ${String(error)}`, {
          detail: error instanceof Error ? (error.stack ?? '') : '',
        });
      }
    }
  }
}
