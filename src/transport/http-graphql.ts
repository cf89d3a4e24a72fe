import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { HeaderMap, type ApolloServer, type BaseContext, type HTTPGraphQLResponse } from '@apollo/server';
import { GraphQLError } from 'graphql';
import { DatabaseUnavailableError } from '../database/unavailable';
import { CodedError } from '../errors';
import { toHttpError, toUnavailableHead } from '../graphql/error-presenter';
import { toByteText, type ByteText } from '../lib/byte-text';
import { isJsonObject } from '../lib/json-object';
import type { HeldBody } from './body-room';
import { CLOSE, HttpProblem, send, sendBytes } from './http-answer';
import { mayBeLarge, readJson } from './http-body';
import { fromSearch, toSearch } from './http-search';
import type { Origins } from './origins';

/** Knows how to answer what Apollo Server has answered before. */
interface Shortcut<Context> {
  /** What Apollo Server chose for an answer; `accept` is empty where none was sent. */
  learnContentType: (accept: string, contentType: string) => void;
  /** Null for what is to go to Apollo Server, with the same context. */
  answer: (sent: Parameters, accept: string, context: Context) => Promise<Answer | null>;
}

interface Answer {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: ByteText;
}

export interface GraphqlHandlerOptions<Context extends BaseContext, Request extends IncomingMessage> {
  apollo: ApolloServer<Context>;
  knownQueries?: Shortcut<Context> | undefined;
  /** Rejects when nothing of the request is to be read. */
  admit?: (request: Request) => Promise<void>;
  /** Rejects when the caller may not call; nothing of the body is read then. */
  createContext: (request: Request) => Promise<Context>;
  /** Rejects when the caller may call no longer; asked of a request that was not there whole, or waited. */
  checkAgain?: (request: Request) => Promise<void>;
  /**
   * Gives what is to be executed in place of what was sent; the very same object when nothing changes. Asked only for
   * those who may call.
   */
  resolveDocument?: ((sent: Parameters) => Parameters) | undefined;
  /** Throws or rejects when the text of a document is not to be looked at, and may take its time. */
  admitDocument?: (context: Context, text: string) => Promise<void> | undefined;
  origins: Origins;
  /** Of every answer to the request. */
  toHeaders?: (request: Request) => Readonly<Record<string, string>>;
  maxBodyBytes: number;
  /** Where the caller's body is held until it is whole; undefined for any room. */
  holdBody?: (context: Context) => HeldBody | undefined;
  /** Resolves when a refusal may be sent, with whether the connection ends with it. */
  paceRefusal?: (request: Request, status: Refusal) => Promise<boolean>;
  /** Whether each connection ends with what is answered on it; asked when that is sent. */
  isStopping?: () => boolean;
  /** Gets what went wrong here, of which the client is told nothing. */
  onError: (error: unknown) => void;
}

/** The fields of a body, or of the URL's query. */
type Parameters = Readonly<Record<string, unknown>>;

/** `search` begins with `?`, or is empty. */
type GraphqlHandler<Request> = (request: Request, response: ServerResponse, search: string) => Promise<void>;

const METHODS = 'GET, POST';

/** GraphQL over HTTP by any Apollo Server that is started. The handler answers whatever happens, and never rejects. */
export function createGraphqlHandler<Context extends BaseContext, Request extends IncomingMessage>(
  options: GraphqlHandlerOptions<Context, Request>,
): GraphqlHandler<Request> {
  const { origins, onError, isStopping = () => false } = options;
  const toEnd = (isLast: boolean): Readonly<Record<string, string>> => (isLast || isStopping() ? CLOSE : {});
  return async (request, response, search) => {
    // Assigned, not spread: to spread several objects into one takes Node 20 a microsecond.
    const shared = Object.assign(origins.toHeaders(request.headers), options.toHeaders?.(request));
    try {
      const preflight = request.method === 'OPTIONS' ? origins.toPreflight(request.headers) : null;
      if (preflight !== null) {
        send(response, 204, { ...shared, ...preflight }, '');
        return;
      }
      await options.admit?.(request);
      const { status, headers, body } = await execute(request, search, options);
      const isLast =
        isRefusal(status) || !request.complete ? await isLastOf(request, status, options) : false;
      sendBytes(response, status, Object.assign(shared, headers, toEnd(isLast)), body);
    } catch (error) {
      // A client that went away in the middle of its request is nobody's fault here.
      if (request.errored !== null) return;
      if (!(error instanceof HttpProblem)) onError(error);
      const problem = error instanceof HttpProblem ? error : DEFECT;
      const isLast = await isLastOf(request, problem.status, options);
      const type = { 'content-type': 'application/json; charset=utf-8' };
      const headers = { ...shared, ...type, ...problem.headers, ...toEnd(isLast) };
      send(response, problem.status, headers, JSON.stringify({ errors: [problem.toGraphql()] }));
    }
  };
}

const DEFECT = new HttpProblem(500, 'INTERNAL_SERVER_ERROR', 'Something went wrong here.');

async function execute<Context extends BaseContext, Request extends IncomingMessage>(
  request: Request,
  search: string,
  options: GraphqlHandlerOptions<Context, Request>,
): Promise<Answer> {
  const { apollo, knownQueries, createContext, resolveDocument, origins, maxBodyBytes } = options;
  const { method = 'GET' } = request;
  if (method !== 'GET' && method !== 'POST') {
    throw new HttpProblem(405, 'BAD_REQUEST', 'GraphQL is served by GET and POST.', { allow: METHODS });
  }
  if (origins.refuses(request.headers)) {
    throw new HttpProblem(403, 'FORBIDDEN', 'Pages of this origin may not call here (AMICUS_CORS_ORIGINS).');
  }
  const answer = async (body: unknown, context: () => Promise<Context>): Promise<Answer> =>
    toAnswer(
      await apollo.executeHTTPGraphQLRequest({
        httpGraphQLRequest: {
          method,
          headers: toHeaderMap(request.headers),
          search,
          body: method === 'POST' ? body : undefined,
        },
        context: () => context().catch(toApollo),
      }),
    );

  const refuse = (error: unknown): Promise<Answer> => answer({}, () => throwAgain(error));
  const findLateRefusal = async (): Promise<Answer | null> => {
    try {
      await options.checkAgain?.(request);
      return null;
    } catch (error) {
      return refuse(error);
    }
  };
  let context: Context;
  const { bytesRead } = request.socket;
  // Before anything is read: a large body is dear, and of a caller who may not call it is nobody's.
  try {
    context = await createContext(request);
  } catch (error) {
    return refuse(error);
  }
  let sent =
    method === 'POST'
      ? await readJson(request, maxBodyBytes, options.holdBody?.(context))
      : fromSearch(search);
  // A body that is sent slowly, or a large one that waits for its turn, must not outlast its token; most came with the head.
  if (request.socket.bytesRead !== bytesRead) {
    const refused = await findLateRefusal();
    if (refused !== null) return refused;
  }
  if (hasOddHash(sent)) {
    throw new HttpProblem(400, 'BAD_REQUEST', 'The "sha256Hash" of a persisted query must be a text.');
  }
  if (resolveDocument !== undefined && isJsonObject(sent)) {
    try {
      const resolved = resolveDocument(sent);
      if (resolved !== sent && method === 'GET') search = toSearch(resolved);
      sent = resolved;
    } catch (error) {
      return answer(sent, () => throwAgain(error));
    }
  }
  const { accept = '' } = request.headers;
  if (knownQueries !== undefined && method === 'POST' && isJsonObject(sent)) {
    const found = await knownQueries.answer(sent, accept, context);
    if (found !== null) return found;
  }
  if (isJsonObject(sent) && typeof sent['query'] === 'string') {
    // Apollo Server finds documents by a digest, for which each half of a surrogate pair is the same as U+FFFD.
    if (!sent['query'].isWellFormed()) {
      throw new HttpProblem(400, 'BAD_REQUEST', 'The "query" holds half of a surrogate pair.');
    }
    const admitted = options.admitDocument?.(context, sent['query']);
    if (admitted !== undefined) {
      await admitted;
      const refused = await findLateRefusal();
      if (refused !== null) return refused;
    }
  }
  const given = await answer(sent, () => Promise.resolve(context));
  const contentType = given.headers['content-type'];
  if (given.status === 200 && contentType !== undefined) knownQueries?.learnContentType(accept, contentType);
  return given;
}

type Refusal = 401 | 429;

function isRefusal(status: number): status is Refusal {
  return status === 401 || status === 429;
}

/** Whether the connection ends with this answer. */
async function isLastOf<Request extends IncomingMessage>(
  request: Request,
  status: number,
  { paceRefusal }: Pick<GraphqlHandlerOptions<BaseContext, Request>, 'paceRefusal'>,
): Promise<boolean> {
  if (isRefusal(status) && (await paceRefusal?.(request, status)) === true) return true;
  // A large body that nobody has asked for is not read away either, which takes as long as reading it.
  return !request.complete && mayBeLarge(request);
}

function toHeaderMap(headers: IncomingHttpHeaders): HeaderMap {
  const map = new HeaderMap();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) map.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return map;
}

function toAnswer({ status = 200, headers, body }: HTTPGraphQLResponse): Answer {
  // Results come in pieces only for @defer and @stream, which the schema does not have.
  if (body.kind !== 'complete') throw new Error('A result in pieces was not expected.');
  return { status, headers: Object.fromEntries(headers), body: toByteText(body.string) };
}

async function throwAgain(error: unknown): Promise<never> {
  throw error;
}

function toApollo(error: unknown): never {
  if (error instanceof DatabaseUnavailableError) {
    const extensions = { http: toUnavailableHead() };
    throw new GraphQLError(error.message, { originalError: error, extensions });
  }
  throw error instanceof CodedError ? toHttpError(error) : error;
}

/** Apollo Server would look it up as it is, and fails at an object that cannot become a text. */
function hasOddHash(sent: unknown): boolean {
  if (!isJsonObject(sent) || !isJsonObject(sent['extensions'])) return false;
  const { persistedQuery } = sent['extensions'];
  if (!isJsonObject(persistedQuery) || !('sha256Hash' in persistedQuery)) return false;
  return typeof persistedQuery['sha256Hash'] !== 'string';
}
