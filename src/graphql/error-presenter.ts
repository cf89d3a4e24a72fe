import { randomUUID } from 'node:crypto';
import { HeaderMap, type HTTPGraphQLHead } from '@apollo/server';
import { GraphQLError, Kind, type ASTNode, type GraphQLFormattedError } from 'graphql';
import { DatabaseUnavailableError } from '../database/unavailable';
import { CodedError, ERROR_CODES } from '../errors';

/** Logs what a client is not shown, under the id that it is shown; null for what is no defect. */
export type LogDefect = (errorID: string | null, error: unknown) => void;

/**
 * Says what a client sees of an error, over HTTP and WebSocket alike. What GraphQL itself finds wrong with a request
 * and what Amicus says by a `CodedError` is shown; of a database that cannot be reached the client hears that it may
 * try again, and not which one it is; everything else is a defect: the client gets an id, which stands in the log with
 * the rest.
 */
export function presentError(error: unknown, logDefect: LogDefect): GraphQLFormattedError {
  const cause = error instanceof GraphQLError ? (error.originalError ?? error) : error;
  if (error instanceof GraphQLError && isPublic(error, cause)) return toFormatted(error, cause);
  if (cause instanceof CodedError) return { message: cause.message, extensions: cause.extensions };
  const where = error instanceof GraphQLError ? pick(error) : {};
  if (cause instanceof DatabaseUnavailableError) {
    logDefect(null, cause);
    const message = cause.isUndone ? UNAVAILABLE : MAY_BE_DONE;
    return { message, ...where, extensions: { code: 'SERVICE_UNAVAILABLE' } };
  }
  const errorID = randomUUID();
  logDefect(errorID, cause);
  return {
    message: `Something went wrong here. The log has the details under ${errorID}.`,
    ...where,
    extensions: { code: 'INTERNAL_SERVER_ERROR', errorID },
  };
}

/** Of a document that the parser had no room for. */
export const TOO_NESTED = 'The document is nested too deeply.';

/** Characters of an error's message. */
const MAX_MESSAGE = 1_000;
const UNAVAILABLE = 'The service is unavailable now, try again later.';
const MAY_BE_DONE =
  'The service became unavailable meanwhile: it may or may not have been done, so read before you repeat it.';
const RETRY_AFTER_SECONDS = 5;
const SIGN_IN = new Map([['www-authenticate', 'Bearer']]);

/** What goes over HTTP with an answer that has no data for want of the database, or of the keys of tokens. */
export function toUnavailableHead(): Required<HTTPGraphQLHead> {
  const headers = new HeaderMap([['retry-after', String(RETRY_AFTER_SECONDS)]]);
  return { status: ERROR_CODES.SERVICE_UNAVAILABLE, headers };
}

/** A token that was refused and the like, as the GraphQL error that carries its HTTP status to Apollo Server. */
export function toHttpError(error: CodedError, nodes: readonly ASTNode[] = []): GraphQLError {
  const { code } = error.extensions;
  const http = code === 'SERVICE_UNAVAILABLE' ? toUnavailableHead() : { status: ERROR_CODES[code] };
  return new GraphQLError(error.message, {
    nodes,
    originalError: error,
    extensions: {
      ...error.extensions,
      http: { ...http, ...(code === 'UNAUTHENTICATED' && { headers: SIGN_IN }) },
    },
  });
}

/**
 * GraphQL's own complaints about a request come without a path, or with the node of an argument; what a scalar says
 * while it writes a result has neither, and may tell what is in the store.
 */
function isPublic(error: GraphQLError, cause: unknown): boolean {
  if (cause instanceof CodedError) return true;
  if (
    error.path === undefined &&
    error.nodes?.every((node) => node.kind === Kind.VARIABLE_DEFINITION) === true
  )
    return true;
  return cause instanceof GraphQLError && (error.path === undefined || cause.nodes !== undefined);
}

function toFormatted(error: GraphQLError, cause: unknown): GraphQLFormattedError {
  const { code = 'BAD_USER_INPUT' } = error.extensions;
  const extensions = cause instanceof CodedError ? cause.extensions : { code };
  const isOverflow = cause instanceof GraphQLError && cause.originalError instanceof RangeError;
  return { message: isOverflow ? TOO_NESTED : shorten(error.message), ...pick(error), extensions };
}

/** GraphQL quotes what it was sent, and a value as often as it finds something wrong in it. */
function shorten(message: string): string {
  if (message.length <= MAX_MESSAGE) return message;
  // Half of a character is no JSON to some clients: they could not read the answer at all.
  return `${message.slice(0, MAX_MESSAGE).replace(/[\ud800-\udbff]$/, '')}…`;
}

function pick({ locations, path }: GraphQLError): Pick<GraphQLFormattedError, 'locations' | 'path'> {
  return { ...(locations && { locations }), ...(path && { path }) };
}
