import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { MAX_NAME, WatchedOperation } from '../graphql/watched-operation';
import { toOwnText } from '../lib/own-text';
import type { Tracing } from '../tracing/tracing';
import { ObservedSocket } from './observed-socket';
import type { OperationMetrics } from './metrics-operations';
import type { IncomingRequest } from './incoming-request';
import { toRequestID } from './request-id';

export interface ObserverOptions {
  logger: Logger;
  /** Whether each request, connection and operation gets a line. */
  logRequests: boolean;
  /** Null when nobody asks for them. */
  metrics: OperationMetrics | null;
  tracing: Tracing | null;
}

/** Tells metrics, log and traces what goes through the doors. */
export class Observer {
  constructor(private readonly options: ObserverOptions) {}

  /** Looks on while `answer` serves GraphQL over HTTP, which never rejects. */
  async request(
    request: IncomingRequest,
    response: ServerResponse,
    path: string,
    answer: () => Promise<void>,
  ): Promise<void> {
    const { tracing } = this.options;
    const operation = new WatchedOperation('http', toRequestID(request.headers), tracing);
    request.operation = operation;
    if (tracing === null) {
      await answer();
      this.endRequest(operation, request, response);
      return;
    }
    const { method = 'GET', headers } = request;
    const attributes = {
      'http.request.method': method,
      'http.route': path,
      'url.path': path,
      'url.scheme': 'http',
      'network.protocol.version': request.httpVersion,
    };
    await tracing.serve(
      { name: `${method} ${path}`, attributes, traceparent: headers['traceparent'] },
      async (step) => {
        await answer();
        const { statusCode } = response;
        step.set({ 'http.response.status_code': statusCode });
        if (statusCode >= 500) step.fail(String(statusCode), true);
        this.endRequest(operation, request, response);
      },
    );
  }

  /** Looks on while a WebSocket connection lasts. */
  socket(request: IncomingMessage): ObservedSocket {
    // Node puts an id together from twenty pieces, which would be kept as long as the socket.
    const requestID = toOwnText(toRequestID(request.headers));
    return new ObservedSocket(requestID, this, this.options.tracing);
  }

  /** Tells of an operation that is answered, or of a subscription that is open. */
  end(operation: WatchedOperation, status?: number): void {
    const { metrics, logger, logRequests } = this.options;
    const seconds = (performance.now() - operation.startedAtMs) / 1000;
    operation.end();
    metrics?.observe(operation, seconds);
    if (!logRequests || !logger.isLevelEnabled('info')) return;
    const { requestID, door, kind, name, code, errorIDs } = operation;
    logger.info(
      {
        requestID,
        door,
        kind,
        operation: name?.slice(0, MAX_NAME),
        code,
        status,
        durationMs: toMs(seconds),
        ...(errorIDs.length > 0 && { errorIDs }),
      },
      'operation',
    );
  }

  /** Tells of a connection that has ended. */
  endSocket(requestID: string, startedAtMs: number, code: number, operations: number): void {
    const { metrics, logger, logRequests } = this.options;
    metrics?.observeClose(code);
    if (!logRequests) return;
    const durationMs = toMs((performance.now() - startedAtMs) / 1000);
    logger.info({ requestID, code, operations, durationMs }, 'connection closed');
  }

  /** Tells of a connection that was acknowledged. */
  openSocket(requestID: string): void {
    if (this.options.logRequests) this.options.logger.info({ requestID }, 'connection opened');
  }

  private endRequest(
    operation: WatchedOperation,
    { method }: IncomingMessage,
    { statusCode, writableEnded }: ServerResponse,
  ): void {
    // A browser's question whether it may ask.
    if (method === 'OPTIONS' && statusCode < 300) return;
    operation.code ??= writableEnded ? toCode(statusCode) : 'ABORTED';
    this.end(operation, statusCode);
  }
}

/** Of a request that never came to be an operation. */
function toCode(status: number): string {
  return CODES[status] ?? (status >= 500 ? 'INTERNAL_SERVER_ERROR' : 'BAD_REQUEST');
}

const CODES: Readonly<Record<number, string>> = {
  200: 'OK',
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  429: 'RATE_LIMITED',
  503: 'SERVICE_UNAVAILABLE',
};

function toMs(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e3;
}
