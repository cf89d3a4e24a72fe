import { CodedError } from '../errors';
import type { Verdict } from './rate-limit';

/** The error for a refusal; whoever gets it may try again after `extensions.retryAfterMs`. */
export function toRateError({ policy, resetMs }: Verdict): CodedError {
  const { name, points, windowSeconds } = policy;
  return new CodedError(
    'RATE_LIMITED',
    `Too many ${name}: ${points} in ${windowSeconds} seconds are allowed.`,
    {
      retryAfterMs: Math.ceil(resetMs),
    },
  );
}

/** Structured fields of the IETF's draft-ietf-httpapi-ratelimit-headers-10, and `Retry-After` with a refusal. */
export function toRateHeaders({ policy, isRefused, remaining, resetMs }: Verdict): Record<string, string> {
  const { name, points, windowSeconds } = policy;
  const seconds = Math.ceil(resetMs / 1_000);
  const headers: Record<string, string> = {
    'ratelimit-policy': `"${name}";q=${points};w=${windowSeconds}`,
    ratelimit: `"${name}";r=${remaining};t=${seconds}`,
  };
  // 0 would be "at once".
  if (isRefused) headers['retry-after'] = String(Math.max(1, seconds));
  return headers;
}
