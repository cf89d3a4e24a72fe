/** Counts by turns of the event loop: how much of something comes in one of them. */
export class Turns {
  total = 0;
  most = 0;
  private inTurn = 0;
  private next = setImmediate(() => {
    this.begin();
  });

  add(count: number): void {
    this.inTurn += count;
    this.total += count;
    this.most = Math.max(this.most, this.inTurn);
  }

  stop(): void {
    clearImmediate(this.next);
  }

  private begin(): void {
    this.inTurn = 0;
    this.next = setImmediate(() => {
      this.begin();
    });
  }
}
