type IsWanted = (line: Record<string, unknown>) => boolean;

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

  get lines(): Record<string, unknown>[] {
    return this.texts.map((text) => JSON.parse(text) as Record<string, unknown>);
  }

  /** The lines with this message that are wanted. */
  find(msg: string, isWanted: IsWanted = () => true): Record<string, unknown>[] {
    return this.lines.filter((line) => line['msg'] === msg && isWanted(line));
  }

  /** Resolves when there are so many of them. One may wait at a time. */
  async until(msg: string, count: number, isWanted?: IsWanted): Promise<Record<string, unknown>[]> {
    for (;;) {
      const found = this.find(msg, isWanted);
      if (found.length >= count) return found;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }
}
