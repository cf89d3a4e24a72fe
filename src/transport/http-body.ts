import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { isTooDeep, MAX_JSON_DEPTH } from '../lib/json-depth';
import type { HeldBody } from './body-room';
import { HttpProblem } from './http-answer';

/** Above what apps send but in imports. */
export const LARGE_BYTES = 64 * 1024;

/** Whether the request has a body that is large, or of which nobody knows how large it is. */
export function mayBeLarge({ headers }: IncomingMessage): boolean {
  // Without either there is none (RFC 9112, section 6.3).
  const { 'transfer-encoding': coding, 'content-length': length = 0 } = headers;
  return coding !== undefined || Number(length) > LARGE_BYTES;
}

/** Between the values of a large body: of what is no request, half a million small values fit into a megabyte. */
const MAX_COMMAS = 50_000;

/** The turn in which the large body after the last one may be parsed. */
let parsing: Promise<unknown> = Promise.resolve();

const INVALID = new HttpProblem(400, 'BAD_REQUEST', 'Invalid JSON in the body.');
/** Nobody is there to read it. */
const GONE = new HttpProblem(400, 'BAD_REQUEST', 'The body did not come whole.');

/**
 * The value that the JSON body holds. Undefined for an empty body and for any other content type, of which the most
 * can be sent by a form on a page of anybody: Apollo Server says what a GraphQL request needs.
 */
export async function readJson(
  request: IncomingMessage,
  maxBytes: number,
  held: HeldBody | undefined,
): Promise<unknown> {
  try {
    return await read(request, maxBytes, held);
  } finally {
    held?.release();
  }
}

async function read(
  request: IncomingMessage,
  maxBytes: number,
  held: HeldBody | undefined,
): Promise<unknown> {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding.toLowerCase() !== 'identity') {
    throw new HttpProblem(
      415,
      'BAD_REQUEST',
      `Bodies in content-encoding ${JSON.stringify(encoding)} are not read.`,
    );
  }
  const body = await readBody(request, maxBytes, held);
  if (body.length === 0 || !isJson(request.headers['content-type'])) return undefined;
  if (body.length > LARGE_BYTES) {
    // Milliseconds each: one in a turn of the event loop, whoever sent them, so that others have theirs between.
    parsing = parsing.then(() => setImmediate());
    await parsing;
    const startedMs = performance.now();
    try {
      return parse(body, held === undefined ? Infinity : MAX_COMMAS);
    } finally {
      held?.spend(performance.now() - startedMs);
    }
  }
  return parse(body, Infinity);
}

function parse(body: Buffer, maxCommas: number): unknown {
  if (maxCommas < Infinity && countCommas(body) > maxCommas) {
    throw new HttpProblem(
      400,
      'BAD_REQUEST',
      `The body is larger than ${LARGE_BYTES} bytes and has more than ${maxCommas} commas.`,
    );
  }
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

function countCommas(body: Buffer): number {
  let count = 0;
  for (const byte of body) if (byte === COMMA) count++;
  return count;
}

const COMMA = 0x2c;

/** By events: an iterator costs a tenth of a small request. */
function readBody(request: IncomingMessage, maxBytes: number, held: HeldBody | undefined): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // Its events have been: the client went away while it was found out who it is.
    if (request.destroyed) {
      reject(GONE);
      return;
    }
    const chunks: Buffer[] = [];
    const length = Number(request.headers['content-length']);
    let bytes = 0;
    let isWaitedFor = held === undefined;
    const refuse = (problem: HttpProblem): void => {
      // The socket stays open: the answer still has to go out on it.
      request.pause().off('data', take);
      reject(problem);
    };
    const take = (chunk: Buffer): void => {
      bytes += chunk.length;
      // One that comes whole is read at once, and waits nowhere.
      const room = chunk.length === length && length <= LARGE_BYTES ? undefined : held;
      const problem = bytes > maxBytes ? toTooLarge(maxBytes) : room?.take(chunk.length);
      if (problem !== undefined) {
        refuse(problem);
        return;
      }
      chunks.push(chunk);
      if (isWaitedFor || bytes <= LARGE_BYTES) return;
      isWaitedFor = true;
      // Until its turn nothing more is read, and the network holds the sender back.
      request.pause();
      void held?.waitForTurn().then((late) => {
        if (late === undefined) request.resume();
        else refuse(late);
      });
    };
    request.on('data', take);
    request.on('error', reject);
    request.on('end', () => {
      const [first] = chunks;
      resolve(chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks));
    });
  });
}

function toTooLarge(maxBytes: number): HttpProblem {
  return new HttpProblem(413, 'BAD_REQUEST', `The body is larger than ${maxBytes} bytes.`, {
    connection: 'close',
  });
}

function isJson(contentType = ''): boolean {
  // What nearly all send.
  if (contentType === 'application/json') return true;
  const [type = '', ...parameters] = contentType.toLowerCase().split(';');
  const charset = parameters
    .map((parameter) => parameter.trim())
    .find((parameter) => parameter.startsWith('charset='));
  return type.trim() === 'application/json' && (charset === undefined || /^charset="?utf-8"?$/.test(charset));
}
