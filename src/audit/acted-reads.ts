import { LRUCache } from 'lru-cache';
import { upToEntries } from '../lib/cache-bounds';
import type { Clock } from '../lib/clock';
import type { Act } from './act';
import type { AuditService } from './audit.service';

/** How long the log is content with having said that an administrator reads something of a user. */
const AGAIN_MS = 60 * 60_000;
const MAX_KEYS = 100_000;

/**
 * What administrators read in the name of others. A back end may do so without end, so the log has a row for the first
 * read of an hour of each field, by each administrator, of each user; counted on each server.
 */
export class ActedReads {
  private readonly notedAtMs = new LRUCache<string, number>(upToEntries(MAX_KEYS));
  private readonly underWay = new Map<string, Promise<void>>();

  constructor(
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  /** Resolves when the log has a row that covers the act. */
  async note(act: Act): Promise<void> {
    const key = JSON.stringify([act.actorID, act.actAs, act.operation]);
    const nowMs = this.clock.now();
    const agoMs = nowMs - (this.notedAtMs.get(key) ?? -Infinity);
    // Nobody knows how long ago what lies in the future was: the clock was put back.
    if (agoMs >= 0 && agoMs < AGAIN_MS) return;
    // A request may ask for a field several times at once.
    let writing = this.underWay.get(key);
    if (writing === undefined) {
      writing = this.write(key, nowMs, act).finally(() => this.underWay.delete(key));
      this.underWay.set(key, writing);
    }
    await writing;
  }

  private async write(key: string, nowMs: number, act: Act): Promise<void> {
    await this.audit.perform(act, () => Promise.resolve());
    this.notedAtMs.set(key, nowMs);
  }
}
