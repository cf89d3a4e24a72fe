import type { Server } from 'node:http';
import { GraphQLError, type ExecutionArgs, type GraphQLSchema } from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import { useServer, type Extra } from 'graphql-ws/use/ws';
import { WebSocket, WebSocketServer } from 'ws';
import { CodedError } from '../errors';
import type { Sink } from '../events/delivery';
import type { RequestContext } from '../graphql/context';
import { presentError, type LogDefect } from '../graphql/error-presenter';
import type { Operations } from '../graphql/operations';
import type { Clock } from '../lib/clock';
import type { Viewer } from '../users/viewer';
import { fromConnectionParams, type Authenticate, type Authenticated } from './authenticate';
import { GRAPHQL_PATH, splitUrl } from './http';
import { SocketCensus } from './socket-census';
import { SocketSink } from './socket-sink';

const MAX_FRAME_BYTES = 256 * 1024;
/** The longest delay that a timer takes. */
const MAX_TIMER_MS = 2 ** 31 - 1;
const FORBIDDEN = 4403;
const INTERNAL_ERROR = 1011;
const TRY_AGAIN_LATER = 1013;

export interface WebSocketOptions {
  schema: GraphQLSchema;
  authenticate: Authenticate;
  operations: Operations;
  createContext: (viewer: Viewer, sink: Sink) => RequestContext;
  logDefect: LogDefect;
  clock: Clock;
  socketsPerUser: number;
  /** Under way at once, subscriptions included. */
  operationsPerSocket: number;
}

const TOO_MANY_OPERATIONS = new GraphQLError('Too many operations are under way on this connection.', {
  extensions: { code: 'RATE_LIMITED' },
});

// A type and not an interface: only a type can stand for the open record that graphql-ws asks for.
type Session = { authenticated?: Authenticated };

/**
 * The WebSocket door: graphql-transport-ws at the same path as HTTP. `stop` tells every client to go away (1001) and
 * cuts off those that do not close in time.
 */
export function attachWebSocket(
  server: Server,
  options: WebSocketOptions,
): { stop(graceMs: number): Promise<void> } {
  const { authenticate, logDefect, clock } = options;
  const census = new SocketCensus(options.socketsPerUser);
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME_BYTES,
    perMessageDeflate: false,
  });
  server.on('upgrade', (request, socket, head) => {
    if (splitUrl(request).path !== GRAPHQL_PATH) {
      socket.on('error', () => socket.destroy());
      socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => sockets.emit('connection', client, request));
  });

  const present = (errors: readonly unknown[]) => errors.map((error) => presentError(error, logDefect));
  const disposable = useServer<Record<string, unknown>, Session>(
    {
      // In place of a thrown error's message, which may hold anything, the client gets a reason of our own.
      onConnect: async (connection) => {
        const { extra, connectionParams } = connection;
        try {
          const authenticated = await authenticate(fromConnectionParams(connectionParams));
          // The client may have gone while its token was checked: its close has been, and would not be seen any more.
          if (extra.socket.readyState !== WebSocket.OPEN) return false;
          if (!census.enter(authenticated.viewer.userID, extra.socket)) {
            extra.socket.close(TRY_AGAIN_LATER, 'This user has too many connections');
            return false;
          }
          extra.authenticated = authenticated;
          closeAtExpiry(extra.socket, authenticated.expiresAtMs, clock);
          return true;
        } catch (error) {
          if (error instanceof CodedError) extra.socket.close(FORBIDDEN, error.message);
          else {
            presentError(error, logDefect);
            extra.socket.close(INTERNAL_ERROR, 'Something went wrong here');
          }
          return false;
        }
      },
      onSubscribe: ({ extra, subscriptions }, operationID, payload) => {
        // The one that comes is among them already.
        if (Object.keys(subscriptions).length > options.operationsPerSocket) return [TOO_MANY_OPERATIONS];
        return toExecution(options, extra, operationID, payload);
      },
      onNext: (_connection, _id, _payload, _args, { data, errors }) =>
        errors === undefined ? undefined : { ...(data !== undefined && { data }), errors: present(errors) },
      onError: (_connection, _id, _payload, errors) => present(errors),
    },
    sockets,
  );

  return {
    async stop(graceMs) {
      const cutOff = setTimeout(() => {
        for (const client of sockets.clients) client.terminate();
      }, graceMs);
      try {
        await disposable.dispose();
      } finally {
        clearTimeout(cutOff);
      }
    },
  };
}

/** A mistake in one operation is that operation's error; thrown from here it would close the whole socket. */
function toExecution(
  { schema, operations, createContext }: WebSocketOptions,
  { socket, request, authenticated }: Extra & Session,
  operationID: string,
  payload: SubscribePayload,
): ExecutionArgs | readonly GraphQLError[] {
  if (authenticated === undefined)
    throw new Error('An operation came before the connection was acknowledged.');
  const { query, variables, operationName = null } = payload;
  const checked = operations.check(query);
  if ('errors' in checked) return checked.errors;
  const { document } = checked;
  const renderer = operations.findRenderer(query, document, operationName, variables ?? {});
  const sink = new SocketSink(socket, request.socket, operationID, renderer);
  const contextValue = createContext(authenticated.viewer, sink);
  return { schema, document, variableValues: variables ?? null, operationName, contextValue };
}

/** A socket must not outlive the token that opened it. */
function closeAtExpiry(socket: WebSocket, expiresAtMs: number | null, clock: Clock): void {
  if (expiresAtMs === null) return;
  const remainingMs = expiresAtMs - clock.now();
  const timer = setTimeout(
    () => {
      if (remainingMs > MAX_TIMER_MS) closeAtExpiry(socket, expiresAtMs, clock);
      else socket.close(FORBIDDEN, 'The token has expired');
    },
    Math.min(Math.max(remainingMs, 0), MAX_TIMER_MS),
  );
  socket.once('close', () => {
    clearTimeout(timer);
  });
}
