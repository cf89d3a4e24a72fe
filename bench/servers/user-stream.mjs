/** The least that graphql-js can subscribe to: a queue, or somebody waiting. */
export class UserStream {
  #queue = [];
  #waiting = null;
  #onEnd;

  constructor(onEnd) {
    this.#onEnd = onEnd;
  }

  push(value) {
    if (this.#waiting === null) this.#queue.push(value);
    else this.#waiting({ value, done: false });
    this.#waiting = null;
  }

  next() {
    if (this.#queue.length > 0) return Promise.resolve({ value: this.#queue.shift(), done: false });
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  return() {
    this.#onEnd();
    this.#waiting?.({ value: undefined, done: true });
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator]() {
    return this;
  }
}
