import { getOperationAST, type ExecutionArgs, type ExecutionResult } from 'graphql';
import { WatchedOperation } from '../graphql/watched-operation';
import type { Step, Tracing } from '../tracing/tracing';

/** Who is told what happens on a connection. */
export interface SocketReports {
  openSocket(requestID: string): void;
  /** `operations` were asked for on it. */
  endSocket(requestID: string, startedAtMs: number, code: number, operations: number): void;
  end(operation: WatchedOperation): void;
}

type PresentedErrors = Parameters<WatchedOperation['answer']>[0];

/** Looks on while one WebSocket connection lasts. Operations go by their names there. */
export class ObservedSocket {
  private readonly startedAtMs = performance.now();
  /** Those that are not answered yet; an open subscription is answered. Null for none: most sockets are open for hours. */
  private operations: Map<string, WatchedOperation> | null = null;
  private count = 0;
  private userID: string | null = null;

  constructor(
    readonly requestID: string,
    private readonly reports: SocketReports,
    private readonly tracing: Tracing | null,
  ) {}

  acknowledged(userID: string): void {
    this.userID = userID;
    this.reports.openSocket(this.requestID);
  }

  closed(code: number): void {
    this.reports.endSocket(this.requestID, this.startedAtMs, code, this.count);
  }

  /** Runs an operation; settles as it does. `traceparent` is what the client sent along with it. */
  run(name: string, traceparent: unknown, work: () => Promise<void>): Promise<void> {
    if (this.tracing === null) {
      this.begin(name, null);
      return work();
    }
    const served = { name: 'GraphQL Operation', attributes: {}, traceparent };
    return this.tracing.serve(served, async (step) => {
      this.begin(name, step);
      try {
        await work();
      } catch (error) {
        this.failed(name, error);
        throw error;
      } finally {
        // A step that has ended is not told any more what went wrong.
        this.end(name);
      }
    });
  }

  /** The operation was executed; a subscription is open, or could not be opened. */
  executed(
    name: string,
    { document, operationName }: ExecutionArgs,
    result: ExecutionResult | AsyncIterable<unknown>,
  ): void {
    const definition = getOperationAST(document, operationName);
    if (definition) this.operations?.get(name)?.identify(definition);
    if (Symbol.asyncIterator in result) this.end(name);
  }

  /** Before what was thrown is presented. */
  threw(name: string, errors: readonly unknown[]): void {
    this.operations?.get(name)?.own(errors);
  }

  answered(name: string, errors: PresentedErrors): void {
    this.operations?.get(name)?.answer(errors);
  }

  /** Its work has failed in a way that the client cannot be told of. */
  failed(name: string, error: unknown): void {
    this.threw(name, [error]);
    this.answered(name, [{}]);
  }

  /** All that is under way of it has ended. */
  end(name: string): void {
    const operation = this.operations?.get(name);
    if (operation === undefined) return;
    this.operations?.delete(name);
    if (this.operations?.size === 0) this.operations = null;
    operation.answer([]);
    this.reports.end(operation);
  }

  private begin(name: string, step: Step | null): void {
    this.count += 1;
    const requestID = `${this.requestID}/${this.count}`;
    const operation = new WatchedOperation('websocket', requestID, this.tracing, step);
    operation.userID = this.userID;
    this.operations ??= new Map();
    this.operations.set(name, operation);
  }
}
