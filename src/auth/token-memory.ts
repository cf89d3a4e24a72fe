import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../lib/clock';
import { TokenRefusedError, type Identity, type Verifier } from './verifier';

const MAX_TOKENS = 20_000;
/** How long a key that its owner has taken back may still be believed in. A secret is the process's own for good. */
export const KEY_KEEP_MS = 60_000;

export interface TokenMemory extends Verifier {
  /** Whether the token was good when it was last checked here, however long ago: it is no guess. */
  knows(token: string | null): boolean;
}

/**
 * Remembers that a token was good, for `keepMs`: a client sends the same one with every request. A token that has expired
 * meanwhile is checked again, and so refused and forgotten. Holds digests, not tokens.
 */
export function rememberTokens(verifier: Verifier, clock: Clock, keepMs: number): TokenMemory {
  const known = new LRUCache<string, { identity: Identity; checkedAtMs: number }>({ max: MAX_TOKENS });
  return {
    knows: (token) => token !== null && known.has(toDigest(token)),
    async verify(token) {
      if (token === null || token === undefined || token === '') return verifier.verify(token);
      const digest = toDigest(token);
      const nowMs = clock.now();
      const found = known.get(digest);
      if (found !== undefined) {
        const { identity, checkedAtMs } = found;
        const isExpired = identity.expiresAtMs !== null && identity.expiresAtMs <= nowMs;
        // A clock that was set back may make the token one that is not valid yet.
        if (!isExpired && nowMs >= checkedAtMs && nowMs < checkedAtMs + keepMs) return identity;
      }
      try {
        const identity = await verifier.verify(token);
        known.set(digest, { identity, checkedAtMs: nowMs });
        return identity;
      } catch (error) {
        if (error instanceof TokenRefusedError) known.delete(digest);
        throw error;
      }
    },
  };
}

function toDigest(token: string): string {
  return hash('sha256', token, 'base64');
}
