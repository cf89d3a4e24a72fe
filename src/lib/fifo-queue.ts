/**
 * Runs pieces of work one at a time, first come, first served. A piece that rejects reaches only its own caller;
 * the next one runs all the same. Work that waits for later work of the same queue never ends.
 */
export class FifoQueue {
  #tail: Promise<void> = Promise.resolve();

  /** Settles as `work` does. `work` starts when everything handed in before has settled, never synchronously. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(work);
    this.#tail = result.then(ignore, ignore);
    return result;
  }

  /** Resolves when everything handed in until now has settled. */
  idle(): Promise<void> {
    return this.#tail;
  }
}

function ignore(): void {
  // The outcome belongs to the caller of `run`; the chain only needs to know that it is over.
}
