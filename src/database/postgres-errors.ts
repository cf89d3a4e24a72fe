import { findErrorCode } from '../lib/system-error';

/** Serialization failure and deadlock: the server has undone the transaction because of others. */
const CONFLICTS: readonly string[] = ['40001', '40P01'];

/** The connection is gone, the server was shut down or is starting, or the system finds nobody at the other end. */
const LOST: readonly string[] = [
  '08000',
  '08001',
  '08003',
  '08006',
  '57P01',
  '57P02',
  '57P03',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
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

/** A statement's own failure, told by a server that goes on serving the connection. */
export function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'severity' in error && error.severity === 'ERROR';
}

/** The error of a second row with the same key. */
export function isDuplicateKey(error: unknown): boolean {
  return findErrorCode(error) === UNIQUE_VIOLATION;
}
