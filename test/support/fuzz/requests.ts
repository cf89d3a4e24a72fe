import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { deepTexts, jsonTexts, toObject } from './json-texts';
import { spoil } from './spoil-bytes';
import type { FuzzOperation } from './operations';

/** What stands for a valid token in drawn bytes: the token itself is another one in each run. */
export const TOKENS = { user: '{{user}}', admin: '{{admin}}' } as const;

const NAMES = [
  'Accept',
  'Accept-Encoding',
  'Content-Encoding',
  'Content-Length',
  'Content-Type',
  'Connection',
  'Expect',
  'Host',
  'Origin',
  'Sec-Fetch-Site',
  'Transfer-Encoding',
  'Upgrade',
  'X-Amicus-Act-As',
  'Apollo-Require-Preflight',
  'Cookie',
  'X-Forwarded-For',
  'Access-Control-Request-Method',
  'Access-Control-Request-Headers',
  'Authorization',
  '__proto__',
  'constructor',
  'Trailer',
];
const VALUES = [
  '',
  ' ',
  '*/*',
  'application/json',
  'application/graphql-response+json',
  'text/html',
  'application/json;charset=utf-16',
  'multipart/mixed',
  'application/json; charset="utf-8',
  'gzip',
  'identity',
  'br, gzip',
  '0',
  '-1',
  '5',
  '99999999999999999999',
  '0x5',
  'chunked',
  'gzip, chunked',
  'close',
  'keep-alive, upgrade',
  '100-continue',
  'null',
  'http://x',
  'http://[',
  'file://',
  'cross-site',
  'same-origin',
  'websocket',
  'h2c',
  'ann',
  'nobody',
  '\u00ff\u00fe',
  'a\tb',
  'x'.repeat(4_000),
  'POST',
  'Bearer',
  'Bearer x',
  'Basic eDp5',
  'Bearer a.b.c',
  'bearer  eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm4ifQ.',
  `Bearer ${TOKENS.user}`,
  `Bearer ${TOKENS.user}x`,
  `Bearer ${TOKENS.user},Bearer ${TOKENS.user}`,
];
const PATHS = [
  '/graphql',
  '/livez',
  '/readyz',
  '/metrics',
  '/',
  '*',
  '//',
  '/graphql/',
  '/GRAPHQL',
  '/%67raphql',
  'http://x/graphql',
  '/\u00ff',
  `/${'x'.repeat(5_000)}`,
  '',
];
const JSON_TYPE = 'Content-Type: application/json\r\n';

/** The parameters of a request: mostly an operation, where each of them may be anything, come twice, or not at all. */
export function bodies(operations: fc.Arbitrary<FuzzOperation>): fc.Arbitrary<string> {
  const anything = jsonTexts(fc.string().map((text) => JSON.stringify(text)));
  return operations.chain(({ query, variables }) => {
    const hash = createHash('sha256').update(query).digest('hex');
    const persisted = fc
      .tuple(
        fc.oneof(fc.constant('1'), anything),
        fc.oneof(fc.constantFrom(`"${hash}"`, `"${hash.toUpperCase()}"`, '"x"'), anything),
      )
      .map(([version, sha256Hash]) =>
        toObject([
          [
            'persistedQuery',
            toObject([
              ['version', version],
              ['sha256Hash', sha256Hash],
            ]),
          ],
        ]),
      );
    const query1 = fc.constant<[string, string]>(['query', JSON.stringify(query)]);
    const variables1 = fc.constant<[string, string]>(['variables', variables]);
    const more = fc.tuple(
      fc.constantFrom(
        'query',
        'variables',
        'operationName',
        'extensions',
        'documentId',
        'id',
        '__proto__',
        'batch',
      ),
      fc.oneof(anything, persisted),
    );
    const extensions = fc.tuple(fc.constant('extensions'), persisted);
    return fc
      .oneof(
        { arbitrary: fc.tuple(query1, variables1), weight: 10 },
        { arbitrary: fc.tuple(query1, variables1, more), weight: 3 },
        { arbitrary: fc.tuple(query1, variables1, extensions), weight: 2 },
        { arbitrary: fc.tuple(extensions, variables1), weight: 1 },
        { arbitrary: fc.tuple(query1, fc.tuple(fc.constant('variables'), deepTexts)), weight: 2 },
        { arbitrary: fc.array(more, { maxLength: 3 }), weight: 1 },
      )
      .map(toObject);
  });
}

/** Whole requests over HTTP that are well-formed, by POST and by GET. */
export function requests(texts: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const token = fc.constantFrom(TOKENS.user, TOKENS.user, TOKENS.admin);
  return fc.tuple(texts, token, fc.nat(9)).map(([text, who, dice]) => {
    const head = `Host: x\r\nConnection: close\r\nAuthorization: Bearer ${who}\r\n`;
    if (dice > 1) return toPost(head + JSON_TYPE, text);
    const search = new URLSearchParams(toParameters(text)).toString();
    return `GET /graphql?${search.slice(0, 12_000)} HTTP/1.1\r\n${head}\r\n`;
  });
}

/** Requests whose headers and bytes are anything. */
export function oddRequests(texts: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const name = fc.oneof(
    { arbitrary: fc.constantFrom(...NAMES), weight: 8 },
    { arbitrary: fc.string(), weight: 1 },
  );
  const value = fc.oneof(
    { arbitrary: fc.constantFrom(...VALUES), weight: 8 },
    { arbitrary: fc.string({ unit: 'binary' }), weight: 1 },
  );
  const headers = fc
    .array(fc.tuple(name, value), { maxLength: 6 })
    .map((pairs) => pairs.map((pair) => `${pair.join(': ')}\r\n`).join(''));
  const body = fc.oneof(
    { arbitrary: texts, weight: 3 },
    { arbitrary: fc.string({ unit: 'binary' }), weight: 1 },
    { arbitrary: fc.constantFrom('', '[]', 'null', '"x"', '7'), weight: 1 },
  );
  const method = fc.constantFrom(
    'POST',
    'POST',
    'POST',
    'GET',
    'OPTIONS',
    'HEAD',
    'PUT',
    'DELETE',
    'TRACE',
    'PATCH',
    'get',
    'M-SEARCH',
  );
  const path = fc.oneof(
    fc.constant('/graphql'),
    fc.constantFrom(...PATHS),
    fc.string().map((text) => `/graphql?${text}`),
  );
  const whole = fc.tuple(method, path, headers, body, fc.nat(9)).map(([verb, target, odd, text, dice]) => {
    const head = `Host: x\r\nConnection: close\r\n${dice > 2 ? `Authorization: Bearer ${TOKENS.user}\r\n${JSON_TYPE}` : ''}${odd}`;
    return toPost(head, text, dice === 9 ? -1 : 0).replace('POST /graphql', () => `${verb} ${target}`);
  });
  return spoil(whole);
}

function toPost(head: string, text: string, more = 0): string {
  const bytes = Buffer.from(text).toString('latin1');
  return `POST /graphql HTTP/1.1\r\n${head}Content-Length: ${Math.max(0, bytes.length + more)}\r\n\r\n${bytes}`;
}

/** Of JSON that is none, the text itself as a query. */
function toParameters(text: string): [string, string][] {
  try {
    const entries = Object.entries(JSON.parse(text) as Record<string, unknown>);
    return entries.map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]);
  } catch {
    return [['query', text]];
  }
}
