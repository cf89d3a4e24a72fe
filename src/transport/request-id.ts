import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export const REQUEST_ID = 'x-request-id';

/** What proxies commonly send, and nothing that would have to be escaped anywhere. */
const SANE = /^[\w.:=+@-]{1,128}$/;

/** The id under which a request stands in the log: the caller's where it is a sane one, else a new one. */
export function toRequestID(headers: IncomingHttpHeaders): string {
  const sent = headers[REQUEST_ID];
  return typeof sent === 'string' && SANE.test(sent) ? sent : randomUUID();
}
