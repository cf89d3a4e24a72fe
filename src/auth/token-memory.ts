import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../lib/clock';
import type { Identity, Verifier } from './verifier';

const MAX_TOKENS = 20_000;
/** How long a key that was taken back may still be believed in. */
const KEEP_MS = 60_000;

/**
 * Remembers for a minute that a token was good: a client sends the same one with every request. A token that has
 * expired meanwhile is checked again, and so refused; refusals are not remembered. Holds digests, not tokens.
 */
export function rememberTokens(verifier: Verifier, clock: Clock): Verifier {
  const known = new LRUCache<string, { identity: Identity; checkedAtMs: number }>({ max: MAX_TOKENS });
  return {
    async verify(token) {
      if (token === null || token === undefined || token === '') return verifier.verify(token);
      const digest = createHash('sha256').update(token).digest('base64');
      const nowMs = clock.now();
      const found = known.get(digest);
      if (found !== undefined) {
        const { identity, checkedAtMs } = found;
        const isExpired = identity.expiresAtMs !== null && identity.expiresAtMs <= nowMs;
        // A clock that was set back may make the token one that is not valid yet.
        if (!isExpired && nowMs >= checkedAtMs && nowMs < checkedAtMs + KEEP_MS) return identity;
      }
      const identity = await verifier.verify(token);
      known.set(digest, { identity, checkedAtMs: nowMs });
      return identity;
    },
  };
}
