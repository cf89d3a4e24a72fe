import type { IncomingMessage } from 'node:http';

/** The whole URL may stand there, as for a proxy (RFC 9112, section 3.2.2). */
const SCHEME_AND_HOST = /^https?:\/\/[^/?]*/i;

/** Not by `URL`, which throws on what a client may well send. `search` begins with `?`, or is empty. */
export function splitUrl({ url = '/' }: IncomingMessage): { path: string; search: string } {
  const target = url.startsWith('/') ? url : url.replace(SCHEME_AND_HOST, '');
  const mark = target.indexOf('?');
  return mark === -1
    ? { path: target, search: '' }
    : { path: target.slice(0, mark), search: target.slice(mark) };
}
