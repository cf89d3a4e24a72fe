import { GraphQLError, type OperationDefinitionNode } from 'graphql';
import type { ErrorCode } from '../errors';
import type { Step, Tracing } from '../tracing/tracing';

export type Door = 'http' | 'websocket';
export type OperationKind = OperationDefinitionNode['operation'] | 'unknown';

/** What defects were met in, by the error that was thrown: whoever logs it knows no request. */
const requestIDs = new WeakMap<object, string>();

/** The request in which this was thrown; undefined for what happened in none. */
export function findRequestID(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null ? requestIDs.get(error) : undefined;
}

/** What metrics, log and trace are told of one operation. Holds nothing of its variables or its answer. */
export class WatchedOperation {
  readonly startedAtMs = performance.now();
  kind: OperationKind = 'unknown';
  name: string | null = null;
  /** Who asks, once that is known. Not for any label, line or trace. */
  userID: string | null = null;
  /** Of its first error, or OK; null until it is answered. */
  code: string | null = null;
  /** Under which its defects stand in the log. */
  errorIDs: string[] = [];

  /** `step` is what a trace shows of the operation itself; null where nothing is traced, or not yet. */
  constructor(
    readonly door: Door,
    readonly requestID: string,
    readonly tracing: Tracing | null,
    private step: Step | null = null,
  ) {}

  begin(): void {
    this.step = this.tracing?.begin('GraphQL Operation', 'server') ?? null;
  }

  /** The document is well, and this is what it asks for. */
  identify({ operation, name }: OperationDefinitionNode): void {
    this.kind = operation;
    this.name = name?.value ?? null;
    // The name is the client's, so it is no part of the step's.
    this.step?.rename(operation);
    this.step?.set({
      'graphql.operation.type': operation,
      ...(this.name !== null && { 'graphql.operation.name': this.name.slice(0, MAX_NAME) }),
    });
  }

  /** Errors as they were thrown, before they are presented. */
  own(errors: readonly unknown[]): void {
    for (const error of errors) {
      const cause: unknown = error instanceof GraphQLError ? (error.originalError ?? error) : error;
      if (typeof cause === 'object' && cause !== null) requestIDs.set(cause, this.requestID);
    }
  }

  /** As they are presented to the client; without any, all is well. */
  answer(errors: readonly { readonly extensions?: Readonly<Record<string, unknown>> | undefined }[]): void {
    for (const { extensions = {} } of errors) {
      const { code, errorID } = extensions;
      this.code ??= typeof code === 'string' ? code : 'INTERNAL_SERVER_ERROR';
      if (typeof errorID === 'string') this.errorIDs.push(errorID);
    }
    this.code ??= 'OK';
  }

  /** Safe to call twice. */
  end(): void {
    const { code } = this;
    if (code !== null && code !== 'OK') this.step?.fail(code, FAULTS.includes(code));
    this.step?.end();
  }
}

/** What no client is to blame for. */
const FAULTS: readonly string[] = ['INTERNAL_SERVER_ERROR', 'SERVICE_UNAVAILABLE'] satisfies ErrorCode[];

/** Characters of an operation's name in a trace or a line of the log. */
export const MAX_NAME = 100;
