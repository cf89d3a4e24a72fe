import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { HeaderMap, type ApolloServer, type HTTPGraphQLResponse } from '@apollo/server';
import { CodedError } from '../errors';
import type { RequestContext } from '../graphql/context';
import { toHttpError } from '../graphql/error-presenter';
import type { Viewer } from '../users/viewer';
import { fromHeaders, type Authenticate } from './authenticate';

export const GRAPHQL_PATH = '/graphql';
const MAX_BODY_BYTES = 1024 * 1024;

export interface HttpOptions {
  apollo: ApolloServer<RequestContext>;
  authenticate: Authenticate;
  createContext: (viewer: Viewer) => RequestContext;
  /** Whether the process takes new work. */
  isReady: () => boolean;
  /** Whether it does so without hearing of other servers: all is served, some of it later. */
  isDegraded: () => boolean;
  onError: (error: unknown) => void;
}

/** What a request without a result is answered with. */
class HttpProblem extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

/** The HTTP door: GraphQL at its path, and the two probes. */
export function createHttpServer(options: HttpOptions): Server {
  return createServer((request, response) => {
    answer(request, response, options).catch((error: unknown) => {
      // A client that went away in the middle of its request is nobody's fault here.
      if (request.errored !== null) return;
      if (!(error instanceof HttpProblem)) options.onError(error);
      const problem =
        error instanceof HttpProblem ? error : new HttpProblem(500, 'Something went wrong here.');
      send(
        response,
        problem.status,
        { 'content-type': 'text/plain; charset=utf-8', ...problem.headers },
        problem.message,
      );
    });
  });
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: HttpOptions,
): Promise<void> {
  const { path, search } = splitUrl(request);
  switch (path) {
    case GRAPHQL_PATH:
      sendResult(response, await execute(request, search, options));
      return;
    case '/livez':
      send(response, 200, { 'content-type': 'text/plain' }, 'ok\n');
      return;
    case '/readyz': {
      const ready = options.isReady();
      const state = options.isDegraded() ? 'degraded: the bus is down\n' : 'ready\n';
      send(response, ready ? 200 : 503, { 'content-type': 'text/plain' }, ready ? state : 'not ready\n');
      return;
    }
    default:
      throw new HttpProblem(404, `Nothing is served here; GraphQL is at ${GRAPHQL_PATH}.`);
  }
}

/** Not by `URL`, which throws on what a client may well send. `search` begins with `?`, or is empty. */
export function splitUrl({ url = '/' }: IncomingMessage): { path: string; search: string } {
  const mark = url.indexOf('?');
  return mark === -1 ? { path: url, search: '' } : { path: url.slice(0, mark), search: url.slice(mark) };
}

async function execute(
  request: IncomingMessage,
  search: string,
  { apollo, authenticate, createContext }: HttpOptions,
): Promise<HTTPGraphQLResponse> {
  const { method = 'GET' } = request;
  if (method !== 'GET' && method !== 'POST') {
    throw new HttpProblem(405, 'GraphQL is served by GET and POST.', { allow: 'GET, POST' });
  }
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  const body: unknown = method === 'POST' ? parse(await readBody(request)) : undefined;
  return apollo.executeHTTPGraphQLRequest({
    httpGraphQLRequest: { method, headers, search, body },
    context: async () => {
      try {
        const { viewer } = await authenticate(fromHeaders(request.headers));
        return createContext(viewer);
      } catch (error) {
        throw error instanceof CodedError ? toHttpError(error) : error;
      }
    },
  });
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Leaving the loop must not close the socket: the answer still has to go out on it.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) {
      throw new HttpProblem(413, `The body is larger than ${MAX_BODY_BYTES} bytes.`, { connection: 'close' });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** An empty body is left to Apollo Server, which says what a GraphQL request needs. */
function parse(body: string): unknown {
  if (body === '') return undefined;
  try {
    return JSON.parse(body);
  } catch {
    throw new HttpProblem(400, 'The body is not JSON.');
  }
}

function sendResult(response: ServerResponse, { status, headers, body }: HTTPGraphQLResponse): void {
  // Results come in pieces only for @defer and @stream, which the schema does not have.
  if (body.kind !== 'complete') throw new Error('A result in pieces was not expected.');
  send(response, status ?? 200, Object.fromEntries(headers), body.string);
}

function send(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string,
): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
}
