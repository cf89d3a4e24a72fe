import { findErrorCode } from '../lib/system-error';
import { DatabaseUnavailableError } from './unavailable';

/** Serialization failure and deadlock: the server has undone the transaction because of others. */
const CONFLICTS: readonly string[] = ['40001', '40P01'];

/** The connection is gone, the server was shut down or is starting, or the system finds nobody at the other end. */
const LOST: readonly string[] = [
  '08000',
  '08001',
  '08003',
  '08006',
  // A transaction that its client left idle for too long: a process that was stopped, or cut off.
  '25P03',
  '57P01',
  '57P02',
  '57P03',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  // Of a server that listens at a Unix socket, and has taken it away.
  'ENOENT',
  'EAI_AGAIN',
  'ENOTFOUND',
];

/** A change was asked of a server that takes none: one that was the primary before, or that an operator has closed. */
const READ_ONLY = '25006';

/**
 * Classes of codes: the connection (but for a mistake in it), resources of the server, an operator; and waiting for a lock,
 * and no changes.
 */
const UNAVAILABLE = new RegExp(`^(08(?!P01)|53|57|55P03|${READ_ONLY})`);

/** What the driver says when it has waited for long enough; it gives no code. */
const CONNECT_TIMEOUTS: readonly string[] = [
  'timeout exceeded when trying to connect',
  'Connection terminated due to connection timeout',
];
const QUERY_TIMEOUT = 'Query read timeout';

/** What the driver says of these, without a code. */
const UNAVAILABLE_MESSAGES: readonly string[] = [
  QUERY_TIMEOUT,
  ...CONNECT_TIMEOUTS,
  'Connection terminated',
  'Client has encountered a connection error and is not queryable',
];

const UNKNOWN_STATEMENT = '26000';

/** All connections of the pool were in use for too long, or no new one could be made. */
export class NoConnectionError extends DatabaseUnavailableError {
  override readonly name = 'NoConnectionError';
}

export function isConnectTimeout(error: unknown): boolean {
  return error instanceof Error && CONNECT_TIMEOUTS.includes(error.message);
}

/** Whether a statement's answer did not come: its connection can be used no more, and what it did is not known. */
export function isUnanswered(error: unknown): boolean {
  return error instanceof Error && error.message === QUERY_TIMEOUT;
}

export function isConflict(error: unknown): boolean {
  return CONFLICTS.includes(findErrorCode(error) ?? '');
}

/** Whether the error says that the connection is gone, or could not be made, rather than that something is wrong. */
export function isConnectionLost(error: unknown): boolean {
  const code = findErrorCode(error);
  if (code !== null) return LOST.includes(code);
  return error instanceof Error && error.message === 'Connection terminated unexpectedly';
}

/** Whether the connection leads to a server that takes no changes; another connection may lead to one that does. */
export function isReadOnly(error: unknown): boolean {
  return findErrorCode(error) === READ_ONLY;
}

/** Whether the same may succeed later, with a server that can be reached and has room, and others that leave it some. */
function isUnavailable(error: unknown): boolean {
  if (isConnectionLost(error) || isConflict(error)) return true;
  const code = findErrorCode(error);
  if (code !== null) return UNAVAILABLE.test(code);
  return error instanceof Error && UNAVAILABLE_MESSAGES.includes(error.message);
}

/** A statement's own failure, told by a server that goes on serving the connection. */
export function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'severity' in error && error.severity === 'ERROR';
}

/** Whether the statement was to have been prepared on its connection, and was not. */
export function isNotPrepared(error: unknown): boolean {
  return findErrorCode(error) === UNKNOWN_STATEMENT;
}

/** Throws the error, as a DatabaseUnavailableError when that is what it says. */
export function throwAsUnavailable(error: unknown): never {
  throw !(error instanceof DatabaseUnavailableError) && isUnavailable(error)
    ? new DatabaseUnavailableError(error)
    : error;
}
