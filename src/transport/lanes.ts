import { PacedLane } from './paced-lane';

/** Less than the 30 seconds that a request may take to come. */
const MAX_WAIT_MS = 10_000;

export const LANE_NAMES = ['bodies', 'documents', 'refusals'] as const;

/** What anybody can cause and is dear; one of each for the whole server. */
export class Lanes {
  /** Of users: bodies over 64 KiB, to be read and parsed. */
  readonly bodies = new PacedLane({
    share: 1 / 16,
    burstMs: 100,
    maxDebtMs: 200,
    turnMs: 3,
    maxWaitingOfKey: 16,
    maxWaiting: 1_000,
    maxWaitMs: MAX_WAIT_MS,
  });
  /** Of users: documents that were not checked before. */
  readonly documents = new PacedLane({
    share: 1 / 8,
    burstMs: 100,
    maxDebtMs: 100,
    turnMs: 0.1,
    maxWaitingOfKey: 100,
    maxWaiting: 5_000,
    maxWaitMs: MAX_WAIT_MS,
  });
  /** Of addresses: requests that are refused. */
  readonly refusals = new PacedLane({
    share: 1 / 5,
    burstMs: 100,
    maxDebtMs: 25,
    turnMs: 0.5,
    maxWaitingOfKey: 500,
    maxWaiting: 20_000,
    maxWaitMs: MAX_WAIT_MS,
  });

  /** Safe to call twice. */
  stop(): void {
    for (const name of LANE_NAMES) this[name].stop();
  }

  /** Null for a document that may be looked at now; resolves with false where it never may be. */
  waitForDocument(userID: string, isKnown: () => boolean): Promise<boolean> | null {
    return this.documents.isBusy && !isKnown() ? this.documents.turn(userID) : null;
  }
}
