import type { ServerResponse } from 'node:http';
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

/** Does nothing when an answer has begun already, or when the client has gone. */
export function send(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string,
): void {
  if (response.headersSent || response.destroyed) return;
  const bytes = toBytes(body);
  response.writeHead(status, { ...headers, 'content-length': bytes.length }).end(bytes);
}

/** Where texts become bytes: `Buffer.from` counts these first, which takes as long as writing them. */
const desk = Buffer.allocUnsafeSlow(192 * 1024);
/** Of UTF-8, for each unit of a text. */
const MAX_BYTES = 3;

function toBytes(text: string): Buffer {
  if (text.length * MAX_BYTES > desk.length) return Buffer.from(text);
  return Buffer.from(desk.subarray(0, desk.write(text)));
}
