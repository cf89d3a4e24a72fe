import type { ServerResponse } from 'node:http';
import { toByteText, type ByteText } from '../lib/byte-text';
import type { Verdict } from '../rates/rate-limit';
import { toRateError, toRateHeaders } from '../rates/rate-refusal';

/** Why a request is answered without a result. `code` is what stands in `extensions.code` of a GraphQL answer. */
export class HttpProblem extends Error {
  constructor(
    readonly status: number,
    readonly code: 'BAD_REQUEST' | 'FORBIDDEN' | 'RATE_LIMITED' | 'INTERNAL_SERVER_ERROR',
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }

  toGraphql(): { message: string; extensions: { code: string } } {
    return { message: this.message, extensions: { ...this.details, code: this.code } };
  }
}

export function toRateProblem(verdict: Verdict): HttpProblem {
  const { message, extensions } = toRateError(verdict);
  return new HttpProblem(429, 'RATE_LIMITED', message, toRateHeaders(verdict), extensions);
}

/** The 429 for what there is no room for now: there may be in a second. */
export function toBusyProblem(message: string, headers: Readonly<Record<string, string>> = {}): HttpProblem {
  return new HttpProblem(
    429,
    'RATE_LIMITED',
    message,
    { ...headers, 'retry-after': '1' },
    { retryAfterMs: 1_000 },
  );
}

/** Of an answer after which the connection ends. */
export const CLOSE = { connection: 'close' };

/** Does nothing when an answer has begun already, or when the client has gone. */
export function send(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string,
): void {
  sendBytes(response, status, headers, toByteText(body));
}

export function sendBytes(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: ByteText,
): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, Object.assign({ 'content-length': body.length }, headers));
  const { socket } = response;
  if (socket === null) {
    response.end(body, 'latin1');
    return;
  }
  // One text with the head, in a write of its own: given to `end`, it would be written together with an empty one, for
  // which Node makes a buffer. Measured: see docs/performance.md.
  socket.cork();
  response.write(body, 'latin1');
  socket.uncork();
  response.end();
}
