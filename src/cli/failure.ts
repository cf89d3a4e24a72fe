import { DatabaseUnavailableError } from '../database/unavailable';

/** A command cannot do what it was asked to; the message is all that the user needs. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

const DEFECTS = ['TypeError', 'ReferenceError', 'RangeError', 'SyntaxError', 'AssertionError'];

/**
 * What to print for an error that ended a command: its message, which says what to do. The stack is shown for
 * defects of the program alone, since then it is the only help there is.
 */
export function toFailureText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Of the end of a database; what went wrong before it is what to tell.
  if (error.name === 'SuppressedError' && 'suppressed' in error) return toFailureText(error.suppressed);
  if (DEFECTS.includes(error.name)) return error.stack ?? error.message;
  // Which of its many reasons it is, only the cause says: no connection, a bound of time, a full disk.
  if (error instanceof DatabaseUnavailableError && error.cause instanceof Error)
    return `${error.message} (${toFailureText(error.cause)})`;
  // A failed connection to several addresses is an AggregateError without a message.
  return error.message === ''
    ? toFailureText(error instanceof AggregateError ? error.errors[0] : error.name)
    : error.message;
}
