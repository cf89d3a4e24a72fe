import { pino } from 'pino';
import { loadSigningSecret } from './auth/secret';
import { rememberTokens } from './auth/token-memory';
import { createVerifier } from './auth/verifier';
import type { Config } from './config';
import type { Sink } from './events/delivery';
import { createApollo } from './graphql/apollo';
import { CompiledQueries } from './graphql/compiled-queries';
import { RequestContext, type Loaders } from './graphql/context';
import type { LogDefect } from './graphql/error-presenter';
import { Operations } from './graphql/operations';
import { createExecutableSchema } from './graphql/resolvers';
import { openTrustedDocuments } from './graphql/trusted-documents';
import { Closers } from './lib/closers';
import { listen, stopServer } from './lib/http-server';
import { openServices, type Dependencies } from './services';
import { createAuthenticate } from './transport/authenticate';
import { Connections } from './transport/connections';
import { createHttpServer, GRAPHQL_PATH } from './transport/http';
import { createProtocol } from './transport/graphql-ws-protocol';
import { SocketExpiries } from './transport/socket-expiries';
import { createMetrics } from './transport/metrics';
import { attachWebSocket } from './transport/websocket';
import type { Viewer } from './users/viewer';

export interface App {
  /** Opens everything and resolves when requests are served; rejects with nothing left open. Once. */
  start(): Promise<{ url: string }>;
  /** Takes no new work, finishes what is under way, says good-bye to sockets and closes all. Safe to call twice. */
  stop(): Promise<void>;
}

/** How long requests and sockets under way may take to end once the process is asked to stop. */
const GRACE_MS = 10_000;

/**
 * The whole server: configuration → database and rules → schema → authentication → the HTTP and WebSocket doors.
 * Closing goes the same way back.
 */
export function createApp(config: Config, dependencies: Dependencies = {}): App {
  const closers = new Closers();
  // Standard output is for what commands answer; the log goes beside it.
  const logger = pino({ level: config.logLevel }, process.stderr);
  const logDefect: LogDefect = (errorID, error) => {
    logger.error({ errorID, err: error }, 'a defect was masked');
  };
  const onError = (error: unknown): void => {
    logger.error({ err: error }, 'something failed in the background');
  };
  let ready = false;

  async function open(): Promise<{ url: string }> {
    const documents = await openTrustedDocuments(config, logger);
    const services = await openServices(config, { onError, ...dependencies });
    closers.add(() => services.stop());
    const { clock } = services;

    const schema = createExecutableSchema(services);
    const compiled = new CompiledQueries(schema, dependencies);
    const apollo = createApollo(schema, compiled, logger, logDefect);
    await apollo.start();
    closers.add(() => apollo.stop());

    const verifier = rememberTokens(createVerifier(config, await loadSigningSecret(config), clock), clock);
    const authenticate = createAuthenticate(verifier, services.users);
    const createContext = (
      viewer: Viewer,
      sink: Sink | null = null,
      loaders: Loaders | null = null,
    ): RequestContext => new RequestContext(viewer, services, sink, loaders);
    const operations = new Operations(schema, {
      ...services.sources,
      schema,
      createContext: (viewer, loaders) => createContext(viewer, null, loaders),
      logDefect,
      onExecution: dependencies.onExecution ?? (() => undefined),
    });

    const connections = new Connections(config.maxConnections);
    const server = createHttpServer({
      apollo,
      authenticate,
      createContext,
      documents,
      corsOrigins: config.corsOrigins,
      metrics: createMetrics({
        ...services,
        countSockets: () => sockets.count(),
        connections,
        nowMs: () => clock.now(),
      }),
      connections,
      isReady: () => ready,
      isDegraded: () => !services.isBusUp(),
      onError,
    });
    const protocol = createProtocol({
      schema,
      operations,
      compiled,
      documents,
      authenticate,
      createContext,
      logDefect,
      expiries: new SocketExpiries(clock),
      connections,
      socketsPerUser: config.socketsPerUser,
      operationsPerSocket: config.operationsPerSocket,
    });
    const sockets = attachWebSocket(server, protocol, onError);
    const { address, port, family } = await listen(server, config.host, config.port);
    closers.add(async () => {
      // The port closes first: a client that is told to go away must not come back to this process.
      const stopped = stopServer(server, GRACE_MS);
      await sockets.stop(GRACE_MS);
      await stopped;
    });
    closers.add(() => {
      ready = false;
    });

    for (const work of services.background) work.start();
    ready = true;
    const host = family === 'IPv6' ? `[${address}]` : address;
    return { url: `http://${host}:${port}${GRAPHQL_PATH}` };
  }

  let opening: Promise<{ url: string }> | null = null;
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
