/** Counts pieces of work that run side by side, so that their owner can wait until none is left. */
export class UnderWay {
  #count = 0;
  #waiting: (() => void)[] = [];

  /** Settles as `work` does. `work` starts within the call. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    this.#count++;
    try {
      return await work();
    } finally {
      this.#count--;
      if (this.#count === 0) for (const resolve of this.#waiting.splice(0)) resolve();
    }
  }

  /** Resolves when no work runs; at once when none does. */
  idle(): Promise<void> {
    if (this.#count === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }
}
