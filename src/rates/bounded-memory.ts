import { LRUCache } from 'lru-cache';
import { RateLimiterMemory, type IRateLimiterOptions, type RateLimiterRes } from 'rate-limiter-flexible';
import { upToEntries } from '../lib/cache-bounds';

/**
 * Counts in the memory of this process, of so many keys at the most: a flood of new ones makes it forget those that
 * were longest out of use, which then begin anew.
 */
export class BoundedMemory extends RateLimiterMemory {
  private readonly known: LRUCache<string, true>;

  constructor(options: IRateLimiterOptions, maxKeys: number) {
    // The keys are nobody else's: put together with a prefix, each would have to be hashed anew.
    super({ ...options, keyPrefix: '' });
    this.known = new LRUCache({
      ...upToEntries(maxKeys),
      dispose: (_value, key) => void this.delete(key),
    });
  }

  override consume(key: string, points?: number): Promise<RateLimiterRes> {
    // Asking for it makes it the youngest.
    if (this.known.get(key) === undefined) this.known.set(key, true);
    return super.consume(key, points);
  }
}
