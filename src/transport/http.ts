import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { ApolloServer } from '@apollo/server';
import type { RequestContext } from '../graphql/context';
import type { TrustedDocuments } from '../graphql/trusted-documents';
import type { Viewer } from '../users/viewer';
import { fromHeaders, type Authenticate } from './authenticate';
import type { Connections } from './connections';
import { send } from './http-answer';
import { createGraphqlHandler } from './http-graphql';
import type { Metrics } from './metrics';
import { sendMetrics } from './metrics-server';
import type { Observer } from './observer';
import { Origins } from './origins';
import type { RateDoor } from './rate-door';

export const GRAPHQL_PATH = '/graphql';

export interface HttpOptions {
  apollo: ApolloServer<RequestContext>;
  authenticate: Authenticate;
  rateDoor: RateDoor;
  createContext: (viewer: Viewer) => RequestContext;
  /** Null when there is no manifest. */
  documents: TrustedDocuments | null;
  /** The origins of pages that may call; `*` for all. */
  corsOrigins: readonly string[];
  /** Null when they are not served here. */
  metrics: Metrics | null;
  observer: Observer;
  connections: Connections;
  /** Whether the process takes new work. */
  isReady: () => boolean;
  /** Whether it does so without hearing of other servers: all is served, some of it later. */
  isDegraded: () => boolean;
  onError: (error: unknown) => void;
  limits?: HttpLimits;
}

/** How large and how slow a request may be. */
export interface HttpLimits {
  maxBodyBytes: number;
  /** From the first byte of a request until its headers are whole. */
  headersMs: number;
  /** Until its body is whole, too. */
  requestMs: number;
  /** How long a connection may stay open without a request. */
  keepAliveMs: number;
  /** How long a connection may neither take nor give a byte while a request is under way. */
  silenceMs: number;
}

/** Idle connections stay open longer than the minute that load balancers commonly do: the client must close first. */
const LIMITS: HttpLimits = {
  maxBodyBytes: 1024 * 1024,
  headersMs: 10_000,
  requestMs: 30_000,
  keepAliveMs: 75_000,
  silenceMs: 120_000,
};

/** The HTTP door: GraphQL at its path, the two probes, and the metrics. */
export function createHttpServer(options: HttpOptions): Server {
  const {
    apollo,
    authenticate,
    rateDoor,
    createContext,
    documents,
    corsOrigins,
    metrics,
    connections,
    observer,
    onError,
    limits = LIMITS,
  } = options;
  const answerGraphql = createGraphqlHandler({
    apollo,
    admit: (request) => rateDoor.admitRequest(request),
    createContext: async (request) => {
      const operation = observer.find(request);
      try {
        const credentials = fromHeaders(request.headers);
        const { viewer } = await rateDoor.guard(rateDoor.toKey(request), credentials, authenticate);
        connections.hold(request.socket);
        return Object.assign(createContext(viewer), { operation });
      } catch (thrown) {
        // Of anything else Apollo Server would show what it says.
        const error =
          thrown instanceof Error ? thrown : new Error('What was thrown is no Error.', { cause: thrown });
        operation?.own([error]);
        throw error;
      }
    },
    resolveDocument: documents === null ? undefined : (sent) => documents.resolve(sent, true),
    origins: new Origins(corsOrigins),
    maxBodyBytes: limits.maxBodyBytes,
    onError,
  });
  const server = createServer({
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: Math.min(limits.headersMs, limits.requestMs) / 4,
  });
  server.setTimeout(limits.silenceMs);
  connections.watch(server);
  server.on('request', (request, response) => {
    const { socket } = request;
    if (!connections.beginRequest(socket)) return;
    response.once('close', () => {
      connections.endRequest(socket);
    });
    // Who comes again on a connection of its own finds a server that stays.
    if (!options.isReady()) response.setHeader('connection', 'close');
    const { path, search } = splitUrl(request);
    switch (path) {
      case GRAPHQL_PATH:
        void observer.request(request, response, path, () => answerGraphql(request, response, search));
        return;
      case '/livez':
        send(response, 200, TEXT, 'ok\n');
        return;
      case '/readyz':
        // A server that is degraded stays in service: the others most likely are no better off.
        if (!options.isReady()) send(response, 503, TEXT, 'not ready\n');
        else if (options.isDegraded()) send(response, 200, TEXT, 'degraded: the bus is down\n');
        else send(response, 200, TEXT, 'ready\n');
        return;
      case '/metrics':
        if (metrics === null) break;
        void sendMetrics(metrics, response, onError);
        return;
    }
    send(response, 404, TEXT, `Nothing is served here; GraphQL is at ${GRAPHQL_PATH}.`);
  });
  return server;
}

const TEXT = { 'content-type': 'text/plain; charset=utf-8' };

/** Not by `URL`, which throws on what a client may well send. `search` begins with `?`, or is empty. */
export function splitUrl({ url = '/' }: IncomingMessage): { path: string; search: string } {
  const mark = url.indexOf('?');
  return mark === -1 ? { path: url, search: '' } : { path: url.slice(0, mark), search: url.slice(mark) };
}
