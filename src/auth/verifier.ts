import { errors, type JWTPayload, jwtVerify, type JWTVerifyGetKey, type JWTVerifyOptions } from 'jose';
import type { Config } from '../config';
import { type Clock, systemClock } from '../lib/clock';
import { isUserID } from '../lib/user-id';
import { createKeySet } from './key-set';

/** Who a token speaks for. */
export interface Identity {
  readonly userID: string;
  readonly isAdmin: boolean;
  /** Milliseconds since 1970 from which the token is refused, as late as the clocks may differ; null when it has no end. */
  readonly expiresAtMs: number | null;
  /** `iat`, in milliseconds since 1970; null when the token does not say when it was issued. */
  readonly issuedAtMs: number | null;
  /** `jti`; null when the token has none. */
  readonly tokenID: string | null;
}

/** The token gives no identity. The message is short, fit for the client, and holds nothing of the token. */
export class TokenRefusedError extends Error {
  override readonly name = 'TokenRefusedError';
}

/** The key set is not to be had, so nothing is known of the token: the same one may be good later. */
export class KeysUnavailableError extends Error {
  override readonly name = 'KeysUnavailableError';

  constructor(cause: unknown) {
    super('The keys to check tokens cannot be had now, try again later.', { cause });
  }
}

export interface Verifier {
  /**
   * The identity of a token that is whole, signed with the right key, in time, of the right issuer and audience.
   * Rejects with a TokenRefusedError, or a KeysUnavailableError, and nothing else; null, undefined and "" are "no token".
   */
  verify(token: string | null | undefined): Promise<Identity>;
}

/** The last moment that a Date can hold. */
const END_OF_TIME_MS = 8.64e15;
// No HS256 here: a public key must never be taken for a shared secret.
const ASYMMETRIC = 'RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519'.split(' ');

/**
 * @param secret - what `loadSigningSecret` gives for the same configuration; null for a key set (`createKeySet`)
 * @param onError - gets why a key set could not be fetched
 */
export function createVerifier(
  config: Pick<Config, 'jwksUrl' | 'jwtIssuer' | 'jwtAudience' | 'jwtClockSkewSeconds' | 'jwtMaxAgeSeconds'>,
  secret: string | null,
  clock: Clock = systemClock,
  onError: (error: unknown) => void = () => undefined,
): Verifier {
  const check =
    config.jwksUrl === null
      ? createSecretCheck(secret)
      : createKeySetCheck(createKeySet(config.jwksUrl, clock, onError));
  const maxAgeSeconds = config.jwtMaxAgeSeconds;
  const expected = {
    clockTolerance: config.jwtClockSkewSeconds,
    ...(maxAgeSeconds !== null && { maxTokenAge: maxAgeSeconds }),
    ...(config.jwtIssuer !== null && { issuer: config.jwtIssuer }),
    ...(config.jwtAudience !== null && { audience: config.jwtAudience }),
  };
  return {
    async verify(token) {
      if (token === null || token === undefined || token === '') throw new TokenRefusedError('no token');
      const currentDate = new Date(clock.now());
      const payload = await check(token, { ...expected, currentDate }).catch((error: unknown) => {
        throw toReason(error);
      });
      return toIdentity(payload, config);
    },
  };
}

type Check = (token: string, options: JWTVerifyOptions) => Promise<JWTPayload>;

function createKeySetCheck(keySet: JWTVerifyGetKey): Check {
  return async (token, options) =>
    (await jwtVerify(token, keySet, { ...options, algorithms: ASYMMETRIC })).payload;
}

function createSecretCheck(secret: string | null): Check {
  if (secret === null) throw new Error('a verifier needs a secret or a key set');
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  // Imported once: given the bytes, jose would import them for every token.
  const key = crypto.subtle.importKey('raw', Buffer.from(secret), algorithm, false, ['verify']);
  return async (token, options) =>
    (await jwtVerify(token, await key, { ...options, algorithms: ['HS256'] })).payload;
}

function toIdentity(
  { sub, exp, iat, jti, role }: JWTPayload,
  { jwtClockSkewSeconds, jwtMaxAgeSeconds }: Pick<Config, 'jwtClockSkewSeconds' | 'jwtMaxAgeSeconds'>,
): Identity {
  // What a token holds is whatever its signer wrote, so the types of jose are hopes.
  if (typeof sub !== 'string' || !isUserID(sub)) throw new TokenRefusedError('sub is not a valid user id');
  // A token is refused from `exp` on, but only once it is older than the longest age, in whole seconds.
  const agedAt = jwtMaxAgeSeconds === null || iat === undefined ? undefined : iat + jwtMaxAgeSeconds + 1;
  const ends = [exp, agedAt].filter((seconds) => seconds !== undefined);
  const endSeconds = Math.min(...ends) + jwtClockSkewSeconds;
  return {
    userID: sub,
    isAdmin: role === 'admin',
    expiresAtMs: endSeconds === Infinity ? null : Math.min(endSeconds * 1000, END_OF_TIME_MS),
    issuedAtMs: iat === undefined ? null : iat * 1000,
    tokenID: typeof jti === 'string' ? jti : null,
  };
}

function toReason(error: unknown): TokenRefusedError | KeysUnavailableError {
  if (error instanceof errors.JWTExpired) return new TokenRefusedError('token expired');
  if (error instanceof errors.JWTClaimValidationFailed) {
    const reason = error.reason === 'invalid' ? undefined : CLAIM_REASONS[error.claim];
    return new TokenRefusedError(reason ?? 'malformed token');
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) return new TokenRefusedError('bad signature');
  if (error instanceof errors.JOSEAlgNotAllowed) return new TokenRefusedError('algorithm not allowed');
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) {
    return new TokenRefusedError('no key for this token');
  }
  if (isMalformed(error)) return new TokenRefusedError('malformed token');
  // What is left is the key set's server: these errors come from the fetch, before any token.
  return new KeysUnavailableError(error);
}

const CLAIM_REASONS: Readonly<Record<string, string>> = {
  nbf: 'token not valid yet',
  iat: 'token not valid yet, or without the time at which it was issued',
  iss: 'wrong issuer',
  aud: 'wrong audience',
};

function isMalformed(error: unknown): boolean {
  const kinds = [errors.JWSInvalid, errors.JWTInvalid, errors.JOSENotSupported];
  return kinds.some((kind) => error instanceof kind);
}
