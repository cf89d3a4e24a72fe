import { answerInTime } from '../lib/answer-in-time';
import type { Queryable } from './sql';

const TIMEOUT_MS = 1_000;
/** How long an answer counts. */
const KEEP_MS = 1_000;

/** Whether a database answers. It is asked one question at a time, a second apart, however many want to know. */
export class DatabaseProbe {
  private question: Promise<boolean> = Promise.resolve(false);
  private nextAtMs = -Infinity;

  constructor(private readonly reader: Queryable) {}

  /** False, too, when there is no answer within a second. Never rejects. */
  async isAnswered(): Promise<boolean> {
    if (performance.now() >= this.nextAtMs) {
      this.nextAtMs = Infinity;
      this.question = this.ask();
    }
    return (await answerInTime(this.question, TIMEOUT_MS)) ?? false;
  }

  private async ask(): Promise<boolean> {
    try {
      await this.reader.all('SELECT 1 AS answer');
      return true;
    } catch {
      return false;
    } finally {
      this.nextAtMs = performance.now() + KEEP_MS;
    }
  }
}
