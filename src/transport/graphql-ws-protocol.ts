import type { Duplex } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import {
  GraphQLError,
  OperationTypeNode,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLSchema,
} from 'graphql';
import { CloseCode, makeServer, type Server, type SubscribePayload } from 'graphql-ws';
import { WebSocket } from 'ws';
import { DatabaseUnavailableError } from '../database/unavailable';
import { CodedError } from '../errors';
import type { Renderer, Sink } from '../events/delivery';
import type { RequestContext } from '../graphql/context';
import { presentError, type LogDefect } from '../graphql/error-presenter';
import type { Execute, Execution } from '../graphql/execution';
import type { Operations } from '../graphql/operations';
import type { TrustedDocuments } from '../graphql/trusted-documents';
import type { OperationRates } from '../rates/operation-rates';
import type { Verdict } from '../rates/rate-limit';
import { toRateError } from '../rates/rate-refusal';
import type { Viewer } from '../users/viewer';
import { fromConnectionParams, type Authenticate, type Authenticated } from './authenticate';
import { INTERNAL_ERROR, TRY_AGAIN_LATER } from './close-codes';
import type { Connections } from './connections';
import type { ObservedSocket } from './observed-socket';
import { toClientID } from './operation-names';
import type { RateDoor } from './rate-door';
import { SocketCensus } from './socket-census';
import type { SocketExpiries } from './socket-expiries';
import type { SocketRevocations } from './socket-revocations';
import { SocketSink } from './socket-sink';

export interface ProtocolOptions {
  schema: GraphQLSchema;
  authenticate: Authenticate;
  rateDoor: RateDoor;
  operationRates: OperationRates;
  operations: Operations;
  execution: Execution;
  /** Null when there is no manifest. */
  documents: TrustedDocuments | null;
  createContext: (viewer: Viewer, sink: Sink | null) => RequestContext;
  logDefect: LogDefect;
  expiries: SocketExpiries;
  connections: Connections;
  revocations: SocketRevocations;
  socketsPerUser: number;
  /** Under way at once, subscriptions included. */
  operationsPerSocket: number;
}

/** One connection. */
export interface Session {
  readonly socket: WebSocket;
  /** What the socket writes to. */
  readonly connection: Duplex;
  /** By which its address is limited. */
  readonly rateKey: string;
  /** Missing until the connection is acknowledged. */
  authenticated?: Authenticated;
  /**
   * The operations that are executed or listened to, by their names, with the sink of a subscription. One that the client
   * has completed is among them until its work has ended.
   */
  readonly underWay: Map<string, SocketSink | null>;
  readonly observed: ObservedSocket;
  /** Of the operation that begins in this turn. */
  asked: SubscribePayload | null;
}

const TOO_MANY_OPERATIONS = new GraphQLError('Too many operations are under way on this connection.', {
  extensions: { code: 'RATE_LIMITED' },
});

/** graphql-transport-ws as Amicus speaks it: who may connect, what is executed, and what is shown of errors. */
export function createProtocol(options: ProtocolOptions): Server<Session> {
  const { authenticate, expiries, revocations, logDefect } = options;
  const census = new SocketCensus(options.socketsPerUser);
  const present = ({ observed }: Session, name: string, errors: readonly unknown[]) => {
    observed.threw(name, errors);
    const presented = errors.map((error) => presentError(error, logDefect));
    observed.answered(name, presented);
    return presented;
  };

  async function admit(
    session: Session,
    params: Readonly<Record<string, unknown>> | undefined,
  ): Promise<boolean> {
    const { socket } = session;
    const credentials = fromConnectionParams(params);
    if (!(await options.rateDoor.waitForTurn(session.rateKey, credentials))) {
      socket.close(TRY_AGAIN_LATER, 'Too many connections wait to be looked at');
      return false;
    }
    const authenticated = await options.rateDoor.guard(session.rateKey, credentials, authenticate);
    // The client may have gone while its token was checked: its close has been, and would not be seen any more.
    if (socket.readyState !== WebSocket.OPEN) return false;
    if (!census.enter(authenticated.viewer.userID)) {
      socket.close(TRY_AGAIN_LATER, 'This user has too many connections');
      return false;
    }
    session.authenticated = authenticated;
    options.connections.hold(session.connection);
    expiries.add(socket, authenticated.identity.expiresAtMs);
    revocations.add(socket, authenticated.identity);
    session.observed.acknowledged(authenticated.viewer.userID);
    // Comes once, and `once` would keep more for it.
    socket.on('close', () => {
      census.leave(authenticated.viewer.userID);
      expiries.delete(socket);
      revocations.delete(socket);
      for (const sink of session.underWay.values()) sink?.end();
    });
    return true;
  }

  return makeServer<Record<string, unknown>, Session>({
    // The stream itself, for it gives no values that would have to be executed.
    subscribe: (args) =>
      options.execution.openStream(args) as Promise<ExecutionResult | AsyncIterable<ExecutionResult>>,
    // In place of a thrown error's message, which may hold anything, the client gets a reason of our own.
    onConnect: async (connection) => {
      const { extra, connectionParams } = connection;
      // Not kept for as long as the socket lives: the token has served when it is checked.
      Object.assign(connection, { connectionParams: undefined });
      try {
        return await admit(extra, connectionParams);
      } catch (error) {
        // From 1013 clients come back by themselves, after 1011 they do not.
        if (!(error instanceof CodedError)) {
          presentError(error, logDefect);
          const mayComeBack = error instanceof DatabaseUnavailableError;
          if (mayComeBack) extra.socket.close(TRY_AGAIN_LATER, 'Unavailable now');
          else extra.socket.close(INTERNAL_ERROR, 'Something went wrong here');
        } else if (error.extensions.code === 'SERVICE_UNAVAILABLE') {
          extra.socket.close(TRY_AGAIN_LATER, error.message);
        } else {
          options.rateDoor.countRefusal();
          extra.socket.close(CloseCode.Forbidden, error.message);
        }
        return false;
      }
    },
    onSubscribe: async ({ extra }, name) => {
      const { underWay, socket, asked } = extra;
      extra.asked = null;
      if (asked === null) throw new Error('An operation begins that nobody asked for.');
      // The streams that the client has just completed end within this turn.
      if (underWay.size >= options.operationsPerSocket) await setImmediate();
      const isTooMuch = underWay.size >= options.operationsPerSocket || socket.readyState !== WebSocket.OPEN;
      if (isTooMuch) return [TOO_MANY_OPERATIONS];
      underWay.set(name, null);
      return toExecution(options, extra, name, asked);
    },
    execute: (args) => options.execution.execute(args as Execute),
    onOperation: ({ extra }, name, _payload, args, result) => {
      extra.observed.executed(name, args, result as ExecutionResult);
    },
    onNext: ({ extra }, name, _payload, _args, { data, errors }) =>
      errors === undefined
        ? undefined
        : { ...(data !== undefined && { data }), errors: present(extra, name, errors) },
    onError: ({ extra }, name, _payload, errors) => present(extra, name, errors),
  });
}

/** A mistake in one operation is that operation's error; thrown from here it would close the whole socket. */
async function toExecution(
  { schema, operations, documents, createContext, operationRates }: ProtocolOptions,
  session: Session,
  name: string,
  payload: SubscribePayload,
): Promise<ExecutionArgs | readonly GraphQLError[]> {
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
  const { viewer } = authenticated;
  // Documents are dear to check.
  const refusal = operationRates.findRefusal(viewer, () => operations.isKnown(query));
  if (refusal !== null) return refuse(refusal);
  const checked = operations.check(query, operationName, variables ?? {});
  if ('errors' in checked) {
    const verdict = await operationRates.takeInvalid(viewer);
    return verdict?.isRefused === true ? refuse(verdict) : checked.errors;
  }
  const { document, operation } = checked;
  const verdict = await operationRates.take(viewer, document, operation);
  if (verdict?.isRefused === true) return refuse(verdict);
  // The client may have gone while its points were counted: nobody would end what is opened now.
  if (session.socket.readyState !== WebSocket.OPEN) return [TOO_MANY_OPERATIONS];
  const isSubscription = operation.operation === OperationTypeNode.SUBSCRIPTION;
  const renderer = isSubscription
    ? operations.findRenderer(query, document, operationName, variables ?? {})
    : null;
  const sink = renderer === null ? null : openSink(session, name, renderer);
  const contextValue = createContext(viewer, sink);
  return { schema, document, variableValues: variables ?? null, operationName, contextValue };
}

function refuse(verdict: Verdict): readonly GraphQLError[] {
  const error = toRateError(verdict);
  return [new GraphQLError(error.message, { originalError: error })];
}

function openSink({ socket, connection, underWay }: Session, name: string, renderer: Renderer): SocketSink {
  const sink = new SocketSink(socket, connection, toClientID(name), renderer);
  underWay.set(name, sink);
  return sink;
}
