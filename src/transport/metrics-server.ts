import { createServer, type Server, type ServerResponse } from 'node:http';
import { send } from './http-answer';
import type { Metrics } from './metrics';

/** Never rejects. */
export async function sendMetrics(
  metrics: Metrics,
  response: ServerResponse,
  onError: (error: unknown) => void,
): Promise<void> {
  try {
    send(response, 200, { 'content-type': metrics.contentType }, await metrics.render());
  } catch (error) {
    onError(error);
    send(response, 503, TEXT, 'the metrics cannot be read now\n');
  }
}

/** Serves the metrics and nothing else, on a port that strangers need not reach. */
export function createMetricsServer(metrics: Metrics, onError: (error: unknown) => void): Server {
  return createServer((request, response) => {
    if (request.url?.split('?')[0] === '/metrics') void sendMetrics(metrics, response, onError);
    else send(response, 404, TEXT, 'Nothing is served here but /metrics.\n');
  });
}

const TEXT = { 'content-type': 'text/plain; charset=utf-8' };
