import { createServer, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ApolloServer } from '@apollo/server';
import type { RequestContext } from '../graphql/context';
import type { KnownQueries } from '../graphql/known-queries';
import type { TrustedDocuments } from '../graphql/trusted-documents';
import type { UnderWay } from '../lib/under-way';
import type { Verdict } from '../rates/rate-limit';
import type { Viewer } from '../users/viewer';
import { fromHeaders, type Authenticate } from './authenticate';
import { BodyRoom } from './body-room';
import type { Connections } from './connections';
import { CLOSE, send, toBusyProblem, toRateProblem } from './http-answer';
import { mayBeLarge } from './http-body';
import { createGraphqlHandler } from './http-graphql';
import { IncomingRequest } from './incoming-request';
import { MessageTurns } from './message-turns';
import type { Metrics } from './metrics';
import { answerMetrics, TEXT, type Answer } from './metrics-server';
import type { Observer } from './observer';
import { Origins } from './origins';
import type { PacedLane } from './paced-lane';
import type { RateDoor } from './rate-door';
import { REQUEST_ID } from './request-id';
import { splitUrl } from './request-target';

export const GRAPHQL_PATH = '/graphql';

export interface HttpOptions {
  apollo: ApolloServer<RequestContext>;
  knownQueries?: KnownQueries;
  authenticate: Authenticate;
  rateDoor: RateDoor;
  /** Where large bodies take turns. */
  bodyLane: PacedLane;
  createContext: (viewer: Viewer) => RequestContext;
  /** Null when there is no manifest. */
  documents: TrustedDocuments | null;
  /** The refusal for who may not have a new document looked at. */
  findDocumentRefusal: (viewer: Viewer, text: string) => Verdict | null;
  /** Null for a document that may be looked at now; resolves with false where it never may be. */
  waitForDocument: (viewer: Viewer, text: string) => Promise<boolean> | null;
  /** The origins of pages that may call; `*` for all. */
  corsOrigins: readonly string[];
  /** Null when they are not served here. */
  metrics: Metrics | null;
  observer: Observer;
  connections: Connections;
  /** Counts requests until they are answered, or would have been: a client that goes away ends none. */
  requests: UnderWay;
  /** Whether the process takes new work. */
  isReady: () => boolean;
  /** Whether the database answers. Never rejects. */
  isDatabaseUp: () => Promise<boolean>;
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

/** Of the largest size, and any number of smaller ones that are not more together. */
const BODIES_PER_USER = 8;

/** The HTTP door: GraphQL at its path, the two probes, and the metrics. */
export function createHttpServer(options: HttpOptions): Server {
  const {
    apollo,
    knownQueries,
    authenticate,
    rateDoor,
    bodyLane,
    createContext,
    documents,
    corsOrigins,
    metrics,
    connections,
    requests,
    observer,
    onError,
    limits = LIMITS,
  } = options;
  // Not before the port is closed: who comes again on a connection of its own finds a server that stays.
  const isStopping = (): boolean => !server.listening;
  const room = new BodyRoom(BODIES_PER_USER * limits.maxBodyBytes, bodyLane);
  const findViewer = async (request: IncomingRequest): Promise<Viewer> => {
    try {
      const credentials = fromHeaders(request.headers);
      const { viewer } = await rateDoor.guard(rateDoor.toKey(request), credentials, authenticate);
      return viewer;
    } catch (thrown) {
      // Of anything else Apollo Server would show what it says.
      const error =
        thrown instanceof Error ? thrown : new Error('What was thrown is no Error.', { cause: thrown });
      request.operation?.own([error]);
      throw error;
    }
  };
  const answerGraphql = createGraphqlHandler({
    apollo,
    knownQueries,
    admit: (request) => rateDoor.admitRequest(request),
    createContext: async (request: IncomingRequest) => {
      const viewer = await findViewer(request);
      connections.hold(request.socket);
      const context = createContext(viewer);
      context.operation = request.operation;
      if (request.operation !== null) request.operation.userID = viewer.userID;
      return context;
    },
    checkAgain: async (request) => {
      await findViewer(request);
    },
    resolveDocument: documents === null ? undefined : (sent) => documents.resolve(sent, true),
    admitDocument: ({ viewer }, text) => {
      const refusal = options.findDocumentRefusal(viewer, text);
      if (refusal !== null) throw toRateProblem(refusal);
      return options.waitForDocument(viewer, text)?.then(requireTurn);
    },
    origins: new Origins(corsOrigins),
    // Set on the response instead, Node would go through all its headers one by one.
    toHeaders: ({ operation }) => (operation === null ? {} : { [REQUEST_ID]: operation.requestID }),
    maxBodyBytes: limits.maxBodyBytes,
    holdBody: ({ viewer }) => (viewer.isAdmin ? undefined : room.open(viewer.userID)),
    paceRefusal: (request, status) => rateDoor.paceRefusal(request, status),
    isStopping,
    onError,
  });
  const server = createServer({
    IncomingMessage: IncomingRequest,
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: Math.min(limits.headersMs, limits.requestMs) / 4,
  });
  server.setTimeout(limits.silenceMs);
  connections.watch(server);
  const pipelines = new WeakMap<Socket, MessageTurns>();
  server.on('request', (request, response) => {
    const { socket } = request;
    const underWay = connections.beginRequest(socket);
    if (underWay === 0) {
      rateDoor.countDropped();
      return;
    }
    response.once('close', () => {
      connections.endRequest(socket);
    });
    if (underWay === 1) {
      serve(request, response);
      return;
    }
    let pipeline = pipelines.get(socket);
    if (pipeline === undefined) pipelines.set(socket, (pipeline = new MessageTurns(() => undefined)));
    pipeline.add(() => {
      if (!socket.destroyed) serve(request, response);
    });
  });
  return server;

  function serve(request: IncomingRequest, response: ServerResponse): void {
    const { path, search } = splitUrl(request);
    if (path === GRAPHQL_PATH) {
      void requests.run(() =>
        observer.request(request, response, path, () => answerGraphql(request, response, search)),
      );
      return;
    }
    // Nobody has asked for a body here.
    const isLast = !request.complete && mayBeLarge(request);
    const answer: Answer = (status, text, headers = TEXT) => {
      send(response, status, { ...headers, ...(isLast || isStopping() ? CLOSE : {}) }, text);
    };
    if (path === '/livez') answer(200, 'ok\n');
    else if (path === '/readyz') void answerReadiness(options, answer);
    else if (path === '/metrics' && metrics !== null) void answerMetrics(metrics, answer, onError);
    else answer(404, `Nothing is served here; GraphQL is at ${GRAPHQL_PATH}.`);
  }
}

function requireTurn(isTurn: boolean): void {
  if (!isTurn) throw toBusyProblem('Too many new documents wait to be looked at.');
}

async function answerReadiness(
  { isReady, isDatabaseUp, isDegraded }: HttpOptions,
  answer: Answer,
): Promise<void> {
  const isUp = await isDatabaseUp();
  // A server that is degraded stays in service: the others most likely are no better off.
  if (!isReady()) answer(503, 'not ready\n');
  else if (!isUp) answer(503, 'not ready: the database does not answer\n');
  else if (isDegraded()) answer(200, 'degraded: the bus is down\n');
  else answer(200, 'ready\n');
}
