/** What has to be closed, in the order in which it was opened: registered in the line after it was acquired. */
export class Closers {
  private readonly closers: (() => Promise<void> | void)[] = [];
  private closing: Promise<void> | null = null;

  add(close: () => Promise<void> | void): void {
    this.closers.push(close);
  }

  /**
   * Closes the last opened first, each after the one before has ended, all of them whatever fails; rejects with the
   * first failure. Further calls give the same promise.
   */
  close(): Promise<void> {
    this.closing ??= this.closeAll();
    return this.closing;
  }

  private async closeAll(): Promise<void> {
    const failures: unknown[] = [];
    for (let close = this.closers.pop(); close !== undefined; close = this.closers.pop()) {
      try {
        await close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0] as Error;
  }
}
