import type { Config } from '../config';
import type * as Otel from './otel-provider';
import type { Tracing } from './tracing';

/**
 * Null when no collector is named. OpenTelemetry's SDK is loaded here and nowhere else: a server without traces does not
 * have it in its memory. `onError` gets why traces could not be sent.
 */
export function openTracing(
  { otelEndpoint }: Pick<Config, 'otelEndpoint'>,
  onError: (error: unknown) => void,
): Tracing | null {
  if (otelEndpoint === null) return null;
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- only when it is asked for
  const { createOtelTracing } = require('./otel-provider') as typeof Otel;
  return createOtelTracing(otelEndpoint, onError);
}
