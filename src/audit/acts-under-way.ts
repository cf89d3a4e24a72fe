import { AsyncLocalStorage } from 'node:async_hooks';
import type { OpenAct } from './act';

/**
 * Tells a transaction which act it belongs to, without a word of it in the services between: they write what they are
 * asked to, whoever asks.
 */
export class ActsUnderWay {
  private readonly storage = new AsyncLocalStorage<OpenAct>();
  private count = 0;

  async run<Result>(act: OpenAct, work: () => Promise<Result>): Promise<Result> {
    this.count++;
    try {
      return await this.storage.run(act, work);
    } finally {
      act.isOver = true;
      // Before Node 24 a storage in use makes each promise of the process dearer, so it is in use only meanwhile.
      if (--this.count === 0) this.storage.disable();
    }
  }

  /** Null outside of any act, and in what an act has left behind in the background. */
  findCurrent(): OpenAct | null {
    const act = this.storage.getStore();
    return act === undefined || act.isOver ? null : act;
  }
}
