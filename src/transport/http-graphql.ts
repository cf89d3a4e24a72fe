import type { IncomingMessage, ServerResponse } from 'node:http';
import { HeaderMap, type ApolloServer, type BaseContext, type HTTPGraphQLResponse } from '@apollo/server';
import { CodedError } from '../errors';
import { toHttpError } from '../graphql/error-presenter';
import { HttpProblem, send } from './http-answer';
import { readJson } from './http-body';
import { fromSearch, toSearch } from './http-search';
import type { Origins } from './origins';

export interface GraphqlHandlerOptions<Context extends BaseContext> {
  apollo: ApolloServer<Context>;
  /** Rejects when nothing of the request is to be read. */
  admit?: (request: IncomingMessage) => Promise<void>;
  /** Rejects when the caller may not call; nothing of the body is read then. */
  createContext: (request: IncomingMessage) => Promise<Context>;
  /**
   * Gives what is to be executed in place of what was sent; the very same object when nothing changes. Asked only for
   * those who may call.
   */
  resolveDocument?: ((sent: Parameters) => Parameters) | undefined;
  origins: Origins;
  maxBodyBytes: number;
  /** Gets what went wrong here, of which the client is told nothing. */
  onError: (error: unknown) => void;
}

/** The fields of a body, or of the URL's query. */
type Parameters = Readonly<Record<string, unknown>>;

/** `search` begins with `?`, or is empty. */
type GraphqlHandler = (request: IncomingMessage, response: ServerResponse, search: string) => Promise<void>;

const METHODS = 'GET, POST';

/** GraphQL over HTTP by any Apollo Server that is started. The handler answers whatever happens, and never rejects. */
export function createGraphqlHandler<Context extends BaseContext>(
  options: GraphqlHandlerOptions<Context>,
): GraphqlHandler {
  const { origins, onError } = options;
  return async (request, response, search) => {
    const shared = origins.toHeaders(request.headers);
    try {
      const preflight = request.method === 'OPTIONS' ? origins.toPreflight(request.headers) : null;
      if (preflight !== null) {
        send(response, 204, { ...shared, ...preflight }, '');
        return;
      }
      await options.admit?.(request);
      const { status = 200, headers, body } = await execute(request, search, options);
      // Results come in pieces only for @defer and @stream, which the schema does not have.
      if (body.kind !== 'complete') throw new Error('A result in pieces was not expected.');
      send(response, status, { ...shared, ...Object.fromEntries(headers) }, body.string);
    } catch (error) {
      // A client that went away in the middle of its request is nobody's fault here.
      if (request.errored !== null) return;
      if (!(error instanceof HttpProblem)) onError(error);
      const problem = error instanceof HttpProblem ? error : DEFECT;
      const headers = { ...shared, 'content-type': 'application/json; charset=utf-8', ...problem.headers };
      send(response, problem.status, headers, JSON.stringify({ errors: [problem.toGraphql()] }));
    }
  };
}

const DEFECT = new HttpProblem(500, 'INTERNAL_SERVER_ERROR', 'Something went wrong here.');

async function execute<Context extends BaseContext>(
  request: IncomingMessage,
  search: string,
  { apollo, createContext, resolveDocument, origins, maxBodyBytes }: GraphqlHandlerOptions<Context>,
): Promise<HTTPGraphQLResponse> {
  const { method = 'GET' } = request;
  if (method !== 'GET' && method !== 'POST') {
    throw new HttpProblem(405, 'BAD_REQUEST', 'GraphQL is served by GET and POST.', { allow: METHODS });
  }
  if (origins.refuses(request.headers)) {
    throw new HttpProblem(403, 'FORBIDDEN', 'Pages of this origin may not call here (AMICUS_CORS_ORIGINS).');
  }
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  const answer = (body: unknown, context: () => Promise<Context>): Promise<HTTPGraphQLResponse> =>
    apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method, headers, search, body: method === 'POST' ? body : undefined },
      context: () => context().catch(toApollo),
    });

  // Before anything is read: a large body is dear, and of a caller who may not call it is nobody's.
  const caller = await createContext(request).then(
    (context) => ({ context }),
    (error: unknown) => ({ error }),
  );
  if ('error' in caller) return answer({}, () => throwAgain(caller.error));

  let sent = method === 'POST' ? await readJson(request, maxBodyBytes) : fromSearch(search);
  if (hasOddHash(sent)) {
    throw new HttpProblem(400, 'BAD_REQUEST', 'The "sha256Hash" of a persisted query must be a text.');
  }
  if (resolveDocument !== undefined && isParameters(sent)) {
    try {
      const resolved = resolveDocument(sent);
      if (resolved !== sent && method === 'GET') search = toSearch(resolved);
      sent = resolved;
    } catch (error) {
      return answer(sent, () => throwAgain(error));
    }
  }
  return answer(sent, () => Promise.resolve(caller.context));
}

async function throwAgain(error: unknown): Promise<never> {
  throw error;
}

function toApollo(error: unknown): never {
  throw error instanceof CodedError ? toHttpError(error) : error;
}

/** Apollo Server would look it up as it is, and fails at an object that cannot become a text. */
function hasOddHash(sent: unknown): boolean {
  if (!isParameters(sent) || !isParameters(sent['extensions'])) return false;
  const { persistedQuery } = sent['extensions'];
  if (!isParameters(persistedQuery) || !('sha256Hash' in persistedQuery)) return false;
  return typeof persistedQuery['sha256Hash'] !== 'string';
}

function isParameters(value: unknown): value is Parameters {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
