import type { IncomingMessage } from 'node:http';
import { CodedError } from '../errors';
import { toNetwork } from '../lib/network-address';
import type { Verdict } from '../rates/rate-limit';
import type { RateLimits } from '../rates/rate-limits';
import { toRateError } from '../rates/rate-refusal';
import {
  fromHeaders,
  toToken,
  type Authenticate,
  type Authenticated,
  type Credentials,
} from './authenticate';
import type { FindAddress } from './client-address';
import { toRateProblem } from './http-answer';

/** Limits, by address, what comes before it is known who calls. */
export class RateDoor {
  constructor(
    private readonly limits: Pick<RateLimits, 'requests' | 'connects' | 'failures'>,
    private readonly findAddress: FindAddress,
    /** Whether this token was good here before: from an address that has tried too many, no other one is looked at. */
    private readonly knowsToken: (token: string | null) => boolean,
  ) {}

  /** By which one caller counts: an IPv4 address or a network of IPv6. */
  toKey(request: IncomingMessage): string {
    return toNetwork(this.findAddress(request));
  }

  /** Counts an HTTP request. Rejects with the 429 for an address that has sent too many, or too many wrong tokens. */
  async admitRequest(request: IncomingMessage): Promise<void> {
    const key = this.toKey(request);
    const verdict =
      this.findShutOut(key, fromHeaders(request.headers)) ?? (await this.limits.requests.take(key));
    if (verdict?.isRefused === true) throw toRateProblem(verdict);
  }

  /** Counts a WebSocket handshake, and gives the refusal where there is one. Its token comes later. */
  async findConnectRefusal(request: IncomingMessage): Promise<Verdict | null> {
    const verdict = await this.limits.connects.take(this.toKey(request));
    return verdict?.isRefused === true ? verdict : null;
  }

  /**
   * Authenticates, and counts a token that is refused. Rejects as `authenticate` does, and with RATE_LIMITED, with
   * nothing looked at, for who has tried too many. No token at all is no attempt.
   */
  async guard(key: string, credentials: Credentials, authenticate: Authenticate): Promise<Authenticated> {
    const refusal = this.findShutOut(key, credentials);
    if (refusal !== null) throw toRateError(refusal);
    try {
      return await authenticate(credentials);
    } catch (error) {
      const isFailure = error instanceof CodedError && error.extensions.code === 'UNAUTHENTICATED';
      if (isFailure && credentials.authorization !== undefined) await this.limits.failures.take(key);
      throw error;
    }
  }

  private findShutOut(key: string, credentials: Credentials): Verdict | null {
    const { failures } = this.limits;
    // The token is digested only for those whom it may save.
    if (!failures.isSpent(key) || this.knowsToken(toToken(credentials))) return null;
    return failures.findRefusal(key);
  }
}
