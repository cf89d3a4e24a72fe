import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { isTooDeep, MAX_JSON_DEPTH } from '../lib/json-depth';
import { HttpProblem } from './http-answer';

const INVALID = new HttpProblem(400, 'BAD_REQUEST', 'Invalid JSON in the body.');

/**
 * The value that the JSON body holds. Undefined for an empty body and for any other content type, of which the most
 * can be sent by a form on a page of anybody: Apollo Server says what a GraphQL request needs.
 */
export async function readJson(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') {
    throw new HttpProblem(
      415,
      'BAD_REQUEST',
      `Bodies in content-encoding ${JSON.stringify(encoding)} are not read.`,
    );
  }
  const body = await readBody(request, maxBytes);
  if (body.length === 0 || !isJson(request.headers['content-type'])) return undefined;
  // Bytes that are not UTF-8 would silently become other characters.
  if (!isUtf8(body)) throw INVALID;
  const text = body.toString();
  if (isTooDeep(text)) {
    throw new HttpProblem(400, 'BAD_REQUEST', `The body's JSON nests deeper than ${MAX_JSON_DEPTH} levels.`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw INVALID;
  }
}

async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Leaving the loop must not close the socket: the answer still has to go out on it.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      throw new HttpProblem(413, 'BAD_REQUEST', `The body is larger than ${maxBytes} bytes.`, {
        connection: 'close',
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function isJson(contentType = ''): boolean {
  const [type = '', ...parameters] = contentType.toLowerCase().split(';');
  const charset = parameters
    .map((parameter) => parameter.trim())
    .find((parameter) => parameter.startsWith('charset='));
  return type.trim() === 'application/json' && (charset === undefined || /^charset="?utf-8"?$/.test(charset));
}
