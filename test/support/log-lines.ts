/** The log of a server, for a test to look at. */
export class LogLines {
  private readonly texts: string[] = [];
  private wake: (() => void) | null = null;

  write(line: string): void {
    this.texts.push(line);
    this.wake?.();
  }

  get text(): string {
    return this.texts.join('');
  }

  /** The lines with this message. */
  find(msg: string): Record<string, unknown>[] {
    return this.texts
      .map((text) => JSON.parse(text) as Record<string, unknown>)
      .filter((line) => line['msg'] === msg);
  }

  /** Resolves when there are so many lines with this message. */
  async until(msg: string, count: number): Promise<Record<string, unknown>[]> {
    for (;;) {
      const found = this.find(msg);
      if (found.length >= count) return found;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }
}
