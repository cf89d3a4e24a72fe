import { findErrorCode } from '../lib/system-error';

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
  'EAI_AGAIN',
];

/** Classes of codes: the connection (but for a mistake in it), resources of the server, an operator; and waiting for a lock. */
const UNAVAILABLE = /^(08(?!P01)|53|57|55P03)/;

/** What the driver says of these, without a code. */
const UNAVAILABLE_MESSAGES: readonly string[] = [
  'Query read timeout',
  'timeout exceeded when trying to connect',
  'Connection terminated',
  'Connection terminated due to connection timeout',
  'Client has encountered a connection error and is not queryable',
];

const UNIQUE_VIOLATION = '23505';

export function isConflict(error: unknown): boolean {
  return CONFLICTS.includes(findErrorCode(error) ?? '');
}

/** Whether the error says that the connection is gone, or could not be made, rather than that something is wrong. */
export function isConnectionLost(error: unknown): boolean {
  const code = findErrorCode(error);
  if (code !== null) return LOST.includes(code);
  return error instanceof Error && error.message === 'Connection terminated unexpectedly';
}

/** Whether no answer came in time: the connection may be dead, and nothing more can be asked on it. */
export function isUnanswered(error: unknown): boolean {
  return error instanceof Error && error.message === 'Query read timeout';
}

/** Whether the same may succeed later, with a server that can be reached and has room. */
export function isUnavailable(error: unknown): boolean {
  if (isConnectionLost(error)) return true;
  const code = findErrorCode(error);
  if (code !== null) return UNAVAILABLE.test(code);
  return error instanceof Error && UNAVAILABLE_MESSAGES.includes(error.message);
}

/** A statement's own failure, told by a server that goes on serving the connection. */
export function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'severity' in error && error.severity === 'ERROR';
}

/** The error of a second row with the same key. */
export function isDuplicateKey(error: unknown): boolean {
  return findErrorCode(error) === UNIQUE_VIOLATION;
}
