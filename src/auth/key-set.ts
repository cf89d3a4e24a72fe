import { unescape } from 'node:querystring';
import { createLocalJWKSet, createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';
import type { Clock } from '../lib/clock';

/** After how long a set is fetched anew, so that a key that was taken out of it is believed in no longer. */
const FRESH_MS = 10 * 60_000;
/** How long a set that cannot be fetched anew goes on serving. */
const STALE_MS = 24 * 60 * 60_000;
/** Between two fetches for a key that is not in the set, and after one that failed. */
const COOL_DOWN_MS = 30_000;

interface Fetched {
  findKey: JWTVerifyGetKey;
  atMs: number;
}

/**
 * The issuer's keys. Fetched at the first token, after ten minutes, and for a key that is not among them, at most every
 * 30 seconds. While it is fetched anew, and while its URL is down, the set that was fetched last serves for up to 24
 * hours: only a key that is not in it is waited for. After that, and when there never was a set, and for a key that is
 * not in it while its URL is down, asking for a key rejects with what the fetch failed with.
 *
 * A name and a password in the URL are sent as its server wants them (Basic).
 *
 * jose's own set would be refused as soon as it is ten minutes old and its URL down.
 *
 * A key of the set that is none, or of a kind that nobody here knows, gives no more than a set that cannot be fetched.
 *
 * @param onError - gets why a fetch failed, while the set that is there goes on serving, and why a key cannot be used, at
 *   most every 30 seconds
 */
export function createKeySet(url: string, clock: Clock, onError: (error: unknown) => void): JWTVerifyGetKey {
  const remote = createRemoteJWKSet(...toRequest(url));
  let fetched: Fetched | null = null;
  /** The last fetch that has begun, and whether it has failed. */
  let tried = { atMs: -Infinity, failure: null as { cause: unknown } | null };
  let fetching: Promise<Fetched> | null = null;
  let toldOfBrokenAtMs = -Infinity;

  const isWithin = (atMs: number, ms: number): boolean => {
    const ageMs = clock.now() - atMs;
    // A clock that was set back says nothing of the age.
    return ageMs >= 0 && ageMs < ms;
  };

  async function reload(): Promise<Fetched> {
    const attempt: typeof tried = { atMs: clock.now(), failure: null };
    tried = attempt;
    try {
      await remote.reload();
      const jwks = remote.jwks();
      if (jwks === undefined) throw new Error('The fetch gave no key set.');
      fetched = { findKey: createLocalJWKSet(jwks), atMs: clock.now() };
      return fetched;
    } catch (cause) {
      attempt.failure = { cause };
      onError(cause);
      throw cause;
    }
  }

  /** One fetch at a time, for all who wait. */
  const fetchNow = (): Promise<Fetched> => {
    fetching ??= reload().finally(() => {
      fetching = null;
    });
    return fetching;
  };

  /** A set that may be used now. */
  async function findUsable(): Promise<Fetched> {
    if (fetched !== null && isWithin(fetched.atMs, FRESH_MS)) return fetched;
    const failure = isWithin(tried.atMs, COOL_DOWN_MS) ? tried.failure : null;
    if (fetched !== null && isWithin(fetched.atMs, STALE_MS)) {
      // Nobody waits for it, and `onError` was told.
      if (failure === null) fetchNow().catch(() => undefined);
      return fetched;
    }
    if (failure !== null) throw failure.cause;
    return fetchNow();
  }

  const findKeyIn = async ({ findKey }: Fetched, ...of: Parameters<JWTVerifyGetKey>) => {
    try {
      return await findKey(...of);
    } catch (cause) {
      if (cause instanceof errors.JWKSNoMatchingKey || cause instanceof errors.JWKSMultipleMatchingKeys)
        throw cause;
      const error = new Error('A key of the key set cannot be used.', { cause });
      if (!isWithin(toldOfBrokenAtMs, COOL_DOWN_MS)) {
        toldOfBrokenAtMs = clock.now();
        onError(error);
      }
      throw error;
    }
  };

  return async (header, token) => {
    const usable = await findUsable();
    try {
      return await findKeyIn(usable, header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      if (fetching === null && isWithin(tried.atMs, COOL_DOWN_MS)) {
        // The key may be one of those that could not be fetched.
        if (tried.failure !== null) throw tried.failure.cause;
        throw error;
      }
      return findKeyIn(await fetchNow(), header, token);
    }
  };
}

/** `fetch` takes no URL with a name and a password in it, and shows both in what it says of that. */
function toRequest(text: string): Parameters<typeof createRemoteJWKSet> {
  const url = new URL(text);
  const { username, password } = url;
  if (username === '' && password === '') return [url];
  Object.assign(url, { username: '', password: '' });
  const credentials = Buffer.from(`${unescape(username)}:${unescape(password)}`).toString('base64');
  return [url, { headers: { authorization: `Basic ${credentials}` } }];
}
