import type { AddressInfo } from 'node:net';
import { Registry } from 'prom-client';
import { setTimeout as delay } from 'node:timers/promises';
import { refuseRevoked } from './auth/refuse-revoked';
import { loadSigningSecret } from './auth/secret';
import { KEY_KEEP_MS, rememberTokens } from './auth/token-memory';
import { createVerifier } from './auth/verifier';
import type { Config } from './config';
import { DatabaseProbe } from './database/database-probe';
import { DatabaseUnavailableError } from './database/unavailable';
import type { Sink } from './events/delivery';
import { createApollo } from './graphql/apollo';
import { CompiledQueries } from './graphql/compiled-queries';
import { RequestContext, type Loaders } from './graphql/context';
import { DocumentStore } from './graphql/document-store';
import type { LogDefect } from './graphql/error-presenter';
import { findRequestID } from './graphql/watched-operation';
import { Execution } from './graphql/execution';
import { KnownQueries } from './graphql/known-queries';
import { QueryLimiter } from './graphql/limits';
import { Operations } from './graphql/operations';
import { createExecutableSchema } from './graphql/resolvers';
import { Timeouts } from './graphql/timeouts';
import { openTrustedDocuments } from './graphql/trusted-documents';
import { answerInTime } from './lib/answer-in-time';
import { Closers } from './lib/closers';
import { listen, stopServer } from './lib/http-server';
import { UnderWay } from './lib/under-way';
import { createLogger } from './logger';
import { OperationRates } from './rates/operation-rates';
import { openRateLimits } from './rates/rate-limits';
import { openServices, type Dependencies } from './services';
import { openTracing } from './tracing/open-tracing';
import type { Tracing } from './tracing/tracing';
import { createAuthenticate } from './transport/authenticate';
import { Connections } from './transport/connections';
import { createAddressFinder } from './transport/client-address';
import { createHttpServer, GRAPHQL_PATH } from './transport/http';
import { createProtocol } from './transport/graphql-ws-protocol';
import { SocketExpiries } from './transport/socket-expiries';
import { SocketRevocations } from './transport/socket-revocations';
import { Lanes } from './transport/lanes';
import { createMetrics } from './transport/metrics';
import { OperationMetrics } from './transport/metrics-operations';
import { createMetricsServer } from './transport/metrics-server';
import { watchServices } from './transport/observed-services';
import { Observer } from './transport/observer';
import { RateDoor } from './transport/rate-door';
import { attachWebSocket } from './transport/websocket';
import { UnavailableLog } from './unavailable-log';
import type { Viewer } from './users/viewer';

interface Started {
  /** Of the GraphQL endpoint. */
  url: string;
  /** Null when they are not served. */
  metricsUrl: string | null;
}

export interface App {
  /** Opens everything and resolves when requests are served; rejects with nothing left open. Once. */
  start(): Promise<Started>;
  /** Takes no new work, finishes what is under way, says good-bye to sockets and closes all. Safe to call twice. */
  stop(): Promise<void>;
}

/** How long requests and sockets under way may take to end once the process is asked to stop. */
const GRACE_MS = 10_000;
/** How long the metrics may take to be read then, on a port of their own. */
const SCRAPE_MS = 3_000;
/** How long a connection may say nothing then: the first request of one that is new may be under way. */
const SILENCE_MS = 1_000;
/** The same of one that was used before, at the least: where nobody gave a delay, nobody waits for more. */
const KEPT_MS = 50;

/**
 * The whole server: configuration → database and rules → schema → authentication → the HTTP and WebSocket doors.
 * Closing goes the same way back.
 */
export function createApp(config: Config, dependencies: Dependencies = {}): App {
  const closers = new Closers();
  let tracing: Tracing | null = null;
  const logFields = config.otelEndpoint === null ? null : () => tracing?.logFields() ?? {};
  // Standard output is for what commands answer; the log goes beside it.
  const logger = createLogger(config.logLevel, logFields, dependencies.logTo);
  const unavailable = new UnavailableLog(logger);
  const logDefect: LogDefect = (errorID, error) => {
    if (error instanceof DatabaseUnavailableError) unavailable.tell(error);
    else logger.error({ requestID: findRequestID(error), errorID, err: error }, 'a defect was masked');
  };
  const onError = (error: unknown): void => {
    if (error instanceof DatabaseUnavailableError) unavailable.tell(error);
    else logger.error({ err: error }, 'something failed in the background');
  };
  let ready = false;

  async function open(): Promise<Started> {
    const documents = await openTrustedDocuments(config, logger);
    tracing = openTracing(config, onError);
    closers.add(() => tracing?.stop());
    const register = config.metrics ? new Registry() : null;
    const services = await openServices(config, {
      onError,
      onBusUp: () => {
        logger.info('the bus is up again');
      },
      onRevocationsHeard: () => {
        logger.info('revocations by other servers are heard of again');
      },
      ...watchServices(register, tracing, config.databaseUrl === null ? 'sqlite' : 'postgresql'),
      ...dependencies,
    });
    closers.add(() => services.stop());
    await services.revocationList.refresh();
    const { clock } = services;

    const rates = await openRateLimits(config, onError);
    closers.add(() => {
      rates.stop();
    });
    const operationRates = new OperationRates(rates);
    const findAddress = createAddressFinder(config.trustedProxies, config.forwardedHeader);

    const schema = createExecutableSchema(services);
    const { limits, queryLimits, introspection } = config;
    const limiter = new QueryLimiter(schema, queryLimits, limits);
    const lanes = new Lanes();
    closers.add(() => {
      lanes.stop();
    });
    const documentRules = {
      limiter,
      maxTokens: queryLimits.tokens,
      introspection,
      onChecked: (ms: number): void => {
        lanes.documents.spend(ms);
      },
    };
    const timeouts = new Timeouts(schema, config);
    const execution = new Execution(new CompiledQueries(schema, dependencies), timeouts, introspection);
    const knownQueries = new KnownQueries(execution, limiter, operationRates);
    const documentStore = new DocumentStore();
    const apollo = createApollo({
      schema,
      execution,
      knownQueries,
      ...documentRules,
      logger,
      logDefect,
      operationRates,
      documentStore,
    });
    await apollo.start();
    closers.add(() => apollo.stop());

    const checked = createVerifier(config, await loadSigningSecret(config), clock, onError);
    const tokens = rememberTokens(checked, clock, config.jwksUrl === null ? Infinity : KEY_KEEP_MS);
    const verifier = refuseRevoked(tokens, services.revocationList);
    const connections = new Connections(config.maxConnections);
    const rateDoor = new RateDoor(
      rates,
      findAddress,
      (token) => tokens.knows(token),
      lanes.refusals,
      connections,
    );
    const authenticate = createAuthenticate(verifier, services.users);
    const createContext = (
      viewer: Viewer,
      sink: Sink | null = null,
      loaders: Loaders | null = null,
    ): RequestContext => new RequestContext(viewer, services, sink, loaders);
    const operations = new Operations(
      schema,
      {
        ...services.sources,
        schema,
        createContext: (viewer, loaders) => createContext(viewer, null, loaders),
        logDefect,
        onExecution: dependencies.onExecution ?? (() => undefined),
      },
      documentRules,
    );

    const observer = new Observer({
      logger,
      logRequests: config.logRequests,
      metrics: register === null ? null : new OperationMetrics(register, documents?.known ?? []),
      tracing,
    });
    const metrics =
      register === null
        ? null
        : createMetrics(
            {
              ...services,
              rates,
              lanes,
              countSockets: () => sockets.count(),
              unsentBytes: () => sockets.unsentBytes(),
              connections,
              nowMs: () => clock.now(),
            },
            register,
          );
    const requests = new UnderWay();
    const databaseProbe = new DatabaseProbe(services.database.reader);
    const server = createHttpServer({
      apollo,
      knownQueries,
      authenticate,
      rateDoor,
      bodyLane: lanes.bodies,
      createContext,
      documents,
      findDocumentRefusal: (viewer, text) =>
        operationRates.findRefusal(viewer, () => documentStore.has(text)),
      waitForDocument: ({ userID }, text) => lanes.waitForDocument(userID, () => documentStore.has(text)),
      corsOrigins: config.corsOrigins,
      connections,
      requests,
      metrics: config.metricsPort === null ? metrics : null,
      observer,
      isReady: () => ready,
      isDatabaseUp: () => databaseProbe.isAnswered(),
      isDegraded: () => !services.isBusUp(),
      onError,
    });
    const protocol = createProtocol({
      schema,
      operations,
      execution,
      documents,
      authenticate,
      rateDoor,
      operationRates,
      createContext,
      logDefect,
      expiries: new SocketExpiries(clock),
      connections,
      revocations: new SocketRevocations(services.revocationList),
      socketsPerUser: config.socketsPerUser,
      operationsPerSocket: config.operationsPerSocket,
    });
    const sockets = attachWebSocket(server, protocol, {
      connections,
      rateDoor,
      observer,
      onError,
      requests,
      waitForDocument: ({ authenticated }, { query }) =>
        lanes.waitForDocument(authenticated?.viewer.userID ?? '', () => operations.isKnown(query)),
    });
    let metricsUrl: string | null = null;
    if (metrics !== null && config.metricsPort !== null) {
      // Before the doors, so that it closes after them: how a server ends is to be seen, too.
      const metricsServer = createMetricsServer(metrics, () => !ready, onError);
      const place = await listen(metricsServer, config.metricsHost, config.metricsPort);
      closers.add(() => stopServer(metricsServer, SCRAPE_MS, 0));
      metricsUrl = `${toBaseUrl(place)}/metrics`;
    }
    const baseUrl = toBaseUrl(await listen(server, config.host, config.port));
    if (metrics !== null) metricsUrl ??= `${baseUrl}/metrics`;
    closers.add(async () => {
      // The port closes first: a client that is told to go away must not come back to this process.
      const keptMs = Math.max(KEPT_MS, Math.min(SILENCE_MS, config.drainDelayMs));
      const stopped = stopServer(server, GRACE_MS, keptMs);
      const silence = setTimeout(() => {
        connections.dropSilent();
      }, SILENCE_MS);
      await sockets.stop(GRACE_MS);
      await stopped;
      clearTimeout(silence);
      // Those whose clients have gone, or were cut off, still need what is closed next.
      await answerInTime(requests.idle(), GRACE_MS);
    });
    closers.add(async () => {
      ready = false;
      if (config.drainDelayMs > 0) await delay(config.drainDelayMs);
    });

    for (const work of services.background) work.start();
    ready = true;
    return { url: `${baseUrl}${GRAPHQL_PATH}`, metricsUrl };
  }

  let opening: Promise<Started> | null = null;
  return {
    async start() {
      if (opening !== null) throw new Error('The app was started already.');
      opening = open();
      try {
        return await opening;
      } catch (error) {
        await closers.close();
        throw error;
      }
    },
    async stop() {
      await opening?.catch(() => undefined);
      await closers.close();
    },
  };
}

function toBaseUrl({ address, port, family }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
