import type { ServerResponse } from 'node:http';

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

/** Does nothing when an answer has begun already, or when the client has gone. */
export function send(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string,
): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
}
