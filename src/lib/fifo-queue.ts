/**
 * Runs pieces of work one at a time, first come, first served. A piece that rejects reaches only its own caller;
 * the next one runs all the same. Work that waits for later work of the same queue never ends.
 */
export class FifoQueue {
  #tail: Promise<void> = Promise.resolve();
  #length = 0;

  /** Settles as `work` does. `work` starts when everything handed in before has settled, never synchronously. */
  run<T>(work: () => Promise<T>): Promise<T> {
    this.#length++;
    const result = this.#tail.then(work);
    this.#tail = result.then(this.#shorten, this.#shorten);
    return result;
  }

  /** How many pieces have not settled: one of them runs, the others wait. */
  get length(): number {
    return this.#length;
  }

  /** Resolves when everything handed in until now has settled. */
  idle(): Promise<void> {
    return this.#tail;
  }

  /** The outcome belongs to the caller of `run`; the chain only needs to know that it is over. */
  readonly #shorten = (): void => {
    this.#length--;
  };
}
