import type { Step } from '../steps';
import type { ChaosCaller } from './caller';
import type { MutationRecord } from './records';

/** Those who call, each one call after another, at full speed until they are told to end; and what became of it all. */
export class Writers {
  readonly mutations: MutationRecord[] = [];
  acknowledged = 0;
  isOver = false;
  private readonly writing: Promise<void>[] = [];
  private waiting: { until: number; resolve: () => void }[] = [];

  constructor(private readonly caller: ChaosCaller) {}

  /** One more writer. */
  start(steps: Iterable<Step>): void {
    this.writing.push(this.write(steps));
  }

  /** One call. */
  async call(step: Step): Promise<void> {
    const record = await this.caller.run(step);
    this.mutations.push(record);
    if (record.outcome === 'unknown') return;
    this.acknowledged += 1;
    this.wake();
  }

  /** Resolves when so many more calls were acknowledged, or the writers were told to end. */
  calls(count: number): Promise<void> {
    if (this.isOver) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push({ until: this.acknowledged + count, resolve }));
  }

  /** Finishes the calls under way. Safe to call twice. */
  async end(): Promise<void> {
    this.isOver = true;
    this.wake();
    await Promise.all(this.writing);
  }

  private async write(steps: Iterable<Step>): Promise<void> {
    for (const step of steps) {
      if (this.isOver) return;
      await this.call(step);
    }
  }

  private wake(): void {
    const isDue = ({ until }: { until: number }): boolean => this.isOver || until <= this.acknowledged;
    const due = this.waiting.filter(isDue);
    this.waiting = this.waiting.filter((item) => !isDue(item));
    for (const { resolve } of due) resolve();
  }
}
