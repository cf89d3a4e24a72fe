import { createServer, type Server } from 'node:http';
import { CLOSE, send } from './http-answer';
import type { Metrics } from './metrics';
import { splitUrl } from './request-target';

/** Sends a text, as plain text where no other headers are given. */
export type Answer = (status: number, text: string, headers?: Readonly<Record<string, string>>) => void;

export const TEXT = { 'content-type': 'text/plain; charset=utf-8' };

/** Never rejects. */
export async function answerMetrics(
  metrics: Metrics,
  answer: Answer,
  onError: (error: unknown) => void,
): Promise<void> {
  try {
    answer(200, await metrics.render(), { 'content-type': metrics.contentType });
  } catch (error) {
    onError(error);
    answer(503, 'the metrics cannot be read now\n');
  }
}

/**
 * Serves the metrics and nothing else, on a port that strangers need not reach. While `isStopping`, each connection ends
 * with what is answered on it.
 */
export function createMetricsServer(
  metrics: Metrics,
  isStopping: () => boolean,
  onError: (error: unknown) => void,
): Server {
  return createServer((request, response) => {
    const answer: Answer = (status, text, headers = TEXT) => {
      send(response, status, { ...headers, ...(isStopping() ? CLOSE : {}) }, text);
    };
    if (splitUrl(request).path === '/metrics') void answerMetrics(metrics, answer, onError);
    else answer(404, 'Nothing is served here but /metrics.\n');
  });
}
