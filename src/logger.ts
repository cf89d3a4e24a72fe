import { pino, type DestinationStream, type Logger } from 'pino';
import type { LogLevel } from './config.table';

/** Lines of JSON. `fields` gives what every line holds of the work in which it is written; null when nothing. */
export function createLogger(
  level: LogLevel,
  fields: (() => Record<string, string>) | null,
  destination: DestinationStream = process.stderr,
): Logger {
  return pino(
    { level, serializers: { err: toLoggedError }, ...(fields !== null && { mixin: fields }) },
    destination,
  );
}

interface LoggedError {
  type: string;
  message: string;
  stack?: string;
  code?: unknown;
  cause?: LoggedError;
}

/** How many causes are followed. */
const MAX_CAUSES = 5;

/**
 * What is known of an error but for the properties that libraries hang on it: PostgreSQL tells the row that failed,
 * which is somebody's profile, and GraphQL the document with its values.
 */
function toLoggedError(error: unknown, depth = 0): LoggedError {
  if (!isErrorLike(error)) return { type: typeof error, message: String(error) };
  const { name, message, stack, code, cause, thrownValue } = error;
  // GraphQL wraps what is no Error.
  const reason = cause ?? thrownValue;
  return {
    type: String(name),
    message,
    ...(typeof stack === 'string' && { stack }),
    ...(code !== undefined && { code }),
    ...(reason !== undefined && depth < MAX_CAUSES && { cause: toLoggedError(reason, depth + 1) }),
  };
}

function isErrorLike(error: unknown): error is Readonly<Record<string, unknown>> & { message: string } {
  return (
    typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string'
  );
}
