import type { Duplex } from 'node:stream';
import {
  createSourceEventStream,
  getOperationAST,
  GraphQLError,
  OperationTypeNode,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLSchema,
} from 'graphql';
import { makeServer, type Server, type SubscribePayload } from 'graphql-ws';
import { WebSocket } from 'ws';
import { CodedError } from '../errors';
import type { Renderer, Sink } from '../events/delivery';
import type { CompiledQueries } from '../graphql/compiled-queries';
import type { RequestContext } from '../graphql/context';
import { presentError, type LogDefect } from '../graphql/error-presenter';
import type { Operations } from '../graphql/operations';
import type { TrustedDocuments } from '../graphql/trusted-documents';
import type { Viewer } from '../users/viewer';
import { fromConnectionParams, type Authenticate, type Authenticated } from './authenticate';
import { SocketCensus } from './socket-census';
import { FORBIDDEN, type SocketExpiries } from './socket-expiries';
import { SocketSink } from './socket-sink';

const INTERNAL_ERROR = 1011;
const TRY_AGAIN_LATER = 1013;

export interface ProtocolOptions {
  schema: GraphQLSchema;
  authenticate: Authenticate;
  operations: Operations;
  compiled: CompiledQueries;
  /** Null when there is no manifest. */
  documents: TrustedDocuments | null;
  createContext: (viewer: Viewer, sink: Sink | null) => RequestContext;
  logDefect: LogDefect;
  expiries: SocketExpiries;
  socketsPerUser: number;
  /** Under way at once, subscriptions included. */
  operationsPerSocket: number;
}

/** One connection. */
export interface Session {
  readonly socket: WebSocket;
  /** What the socket writes to. */
  readonly connection: Duplex;
  /** Missing until the connection is acknowledged. */
  authenticated?: Authenticated;
  /**
   * The subscriptions, by operation id. Held here because graphql-ws loses sight of one whose id is used anew while it
   * is being opened: each id has one sink, and all end with the socket.
   */
  readonly sinks: Map<string, SocketSink>;
}

const TOO_MANY_OPERATIONS = new GraphQLError('Too many operations are under way on this connection.', {
  extensions: { code: 'RATE_LIMITED' },
});

/** graphql-transport-ws as Amicus speaks it: who may connect, what is executed, and what is shown of errors. */
export function createProtocol(options: ProtocolOptions): Server<Session> {
  const { authenticate, expiries, logDefect } = options;
  const census = new SocketCensus(options.socketsPerUser);
  const present = (errors: readonly unknown[]) => errors.map((error) => presentError(error, logDefect));

  async function admit(
    session: Session,
    params: Readonly<Record<string, unknown>> | undefined,
  ): Promise<boolean> {
    const { socket } = session;
    const authenticated = await authenticate(fromConnectionParams(params));
    // The client may have gone while its token was checked: its close has been, and would not be seen any more.
    if (socket.readyState !== WebSocket.OPEN) return false;
    if (!census.enter(authenticated.viewer.userID)) {
      socket.close(TRY_AGAIN_LATER, 'This user has too many connections');
      return false;
    }
    session.authenticated = authenticated;
    expiries.add(socket, authenticated.expiresAtMs);
    socket.once('close', () => {
      census.leave(authenticated.viewer.userID);
      expiries.delete(socket);
      for (const sink of session.sinks.values()) sink.end();
    });
    return true;
  }

  return makeServer<Record<string, unknown>, Session>({
    // The stream itself, for it gives no values that would have to be executed.
    subscribe: (args) =>
      createSourceEventStream(args) as Promise<ExecutionResult | AsyncIterable<ExecutionResult>>,
    // In place of a thrown error's message, which may hold anything, the client gets a reason of our own.
    onConnect: async (connection) => {
      const { extra, connectionParams } = connection;
      // Not kept for as long as the socket lives: the token has served when it is checked.
      Object.assign(connection, { connectionParams: undefined });
      try {
        return await admit(extra, connectionParams);
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
      const underWay = Math.max(Object.keys(subscriptions).length, extra.sinks.size);
      if (underWay > options.operationsPerSocket) return [TOO_MANY_OPERATIONS];
      return toExecution(options, extra, operationID, payload);
    },
    execute: (args) => options.compiled.execute(args),
    onNext: (_connection, _id, _payload, _args, { data, errors }) =>
      errors === undefined ? undefined : { ...(data !== undefined && { data }), errors: present(errors) },
    onError: (_connection, _id, _payload, errors) => present(errors),
  });
}

/** A mistake in one operation is that operation's error; thrown from here it would close the whole socket. */
function toExecution(
  { schema, operations, documents, createContext }: ProtocolOptions,
  session: Session,
  operationID: string,
  payload: SubscribePayload,
): ExecutionArgs | readonly GraphQLError[] {
  const { authenticated } = session;
  if (authenticated === undefined)
    throw new Error('An operation came before the connection was acknowledged.');
  let resolved = payload;
  try {
    if (documents !== null) resolved = documents.resolve({ ...payload });
  } catch (error) {
    if (error instanceof CodedError) return [new GraphQLError(error.message, { originalError: error })];
    throw error;
  }
  const { query, variables, operationName = null } = resolved;
  const checked = operations.check(query);
  if ('errors' in checked) return checked.errors;
  const { document } = checked;
  const isSubscription =
    getOperationAST(document, operationName)?.operation === OperationTypeNode.SUBSCRIPTION;
  const renderer = isSubscription
    ? operations.findRenderer(query, document, operationName, variables ?? {})
    : null;
  const sink = renderer === null ? null : openSink(session, operationID, renderer);
  const contextValue = createContext(authenticated.viewer, sink);
  return { schema, document, variableValues: variables ?? null, operationName, contextValue };
}

/** Takes the place of the id's sink before it, if that was not ended yet. */
function openSink(
  { socket, connection, sinks }: Session,
  operationID: string,
  renderer: Renderer,
): SocketSink {
  sinks.get(operationID)?.end();
  const sink = new SocketSink(socket, connection, operationID, renderer, (ended) => {
    if (sinks.get(operationID) === ended) sinks.delete(operationID);
  });
  sinks.set(operationID, sink);
  return sink;
}
