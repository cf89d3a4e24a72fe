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
import { LARGE_BYTES } from './http-body';
import { CLOSE, toBusyProblem, toRateProblem } from './http-answer';
import type { Connections } from './connections';
import type { PacedLane, Wish } from './paced-lane';

/** What it takes to refuse, about; to read each request that came with it on one connection; and what of a large body came. */
const REFUSAL_MS = 0.5;
const REQUEST_MS = 0.1;
const BODY_MS = 1;

/**
 * Limits, by address, what comes before it is known who calls, and paces it: where refusals take more than their share of
 * the time, who comes without a token that was good here before waits for a turn before anything is looked at.
 */
export class RateDoor {
  private readonly waited = new WeakSet<IncomingMessage>();

  constructor(
    private readonly limits: Pick<RateLimits, 'requests' | 'connects' | 'failures'>,
    private readonly findAddress: FindAddress,
    /** Whether this token was good here before: from an address that has tried too many, no other one is looked at. */
    private readonly knowsToken: (token: string | null) => boolean,
    private readonly refusals: PacedLane,
    private readonly connections: Pick<Connections, 'countRequests'>,
  ) {}

  /** By which one caller counts: an IPv4 address or a network of IPv6. */
  toKey(request: IncomingMessage): string {
    return toNetwork(this.findAddress(request));
  }

  /** Counts an HTTP request. Rejects with the 429 for an address that has sent too many, or too many wrong tokens. */
  async admitRequest(request: IncomingMessage): Promise<void> {
    const key = this.toKey(request);
    const credentials = fromHeaders(request.headers);
    const isAdmitted = !this.refusals.isBusy || (await this.waitForTurn(key, credentials, request));
    if (!isAdmitted) throw toBusyProblem('Too many requests wait to be looked at.', CLOSE);
    const verdict = this.findShutOut(key, credentials) ?? (await this.limits.requests.take(key));
    if (verdict?.isRefused === true) throw toRateProblem(verdict);
  }

  /**
   * Resolves when a refusal may be sent: who is told to wait and is told so at once would ask again at once. With true
   * where there are so many that the connection ends with it, and what came behind it on that is not looked at.
   */
  async paceRefusal(request: IncomingMessage, status: 401 | 429): Promise<boolean> {
    // A turn was counted when it came.
    if (this.waited.has(request)) return true;
    if (status === 429 && this.refusals.isBusy)
      await this.refusals.turn(this.toKey(request), this.toWish(request));
    else this.refusals.spend(toCost(request));
    return this.refusals.isBusy;
  }

  /** Counts a WebSocket that is sent away for its token. */
  countRefusal(): void {
    this.refusals.spend(REFUSAL_MS);
  }

  /** Counts a request on a connection that was cut off. */
  countDropped(): void {
    this.refusals.spend(REQUEST_MS);
  }

  /** False where too many wait, or the client has gone. `request` is that of HTTP. */
  async waitForTurn(key: string, credentials: Credentials, request?: IncomingMessage): Promise<boolean> {
    if (!this.refusals.isBusy || this.knowsToken(toToken(credentials))) return true;
    if (request === undefined) return this.refusals.turn(key);
    this.waited.add(request);
    return this.refusals.turn(key, this.toWish(request));
  }

  private toWish(request: IncomingMessage): Wish {
    const { socket } = request;
    return {
      // The others on its connection will have been read for nothing.
      findTurnMs: () => toCost(request) + this.connections.countRequests(socket) * REQUEST_MS,
      isGone: () => socket.destroyed,
    };
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

function toCost({ headers }: IncomingMessage): number {
  return REFUSAL_MS + (Number(headers['content-length'] ?? 0) <= LARGE_BYTES ? 0 : BODY_MS);
}
