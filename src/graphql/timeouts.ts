import {
  defaultFieldResolver,
  OperationTypeNode,
  type ExecutionResult,
  type GraphQLError,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { CodedError } from '../errors';
import { toHttpError } from './error-presenter';

export interface TimeoutLimits {
  readonly queryTimeoutMs: number;
  readonly mutationTimeoutMs: number;
}

type Operation = OperationDefinitionNode | null | undefined;

/**
 * Answers an operation that takes too long with the error TIMEOUT. What it is waiting for goes on, until the database
 * ends it; of a mutation, no further field is begun.
 */
export class Timeouts {
  /** The contexts of the operations that were given up. */
  private readonly over = new WeakSet<object>();

  /** Puts itself before the fields of the schema's mutations. */
  constructor(
    schema: GraphQLSchema,
    private readonly limits: TimeoutLimits,
  ) {
    for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
      const { resolve = defaultFieldResolver } = field;
      field.resolve = (source, args, context: object, info) => {
        if (this.over.has(context)) throw this.toError(OperationTypeNode.MUTATION);
        return resolve(source, args, context, info);
      };
    }
  }

  /** The result of `work`, or the error; the error at once for a context whose time was over before. */
  async limit(
    operation: Operation,
    context: object,
    work: () => Promise<ExecutionResult>,
  ): Promise<ExecutionResult> {
    if (!operation) return work();
    const error = (): ExecutionResult => ({ errors: [this.toError(operation.operation)] });
    if (this.over.has(context)) return error();
    const timeoutMs = this.toMs(operation.operation);
    const startMs = performance.now();
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<ExecutionResult>((resolve) => {
      timer = setTimeout(() => {
        this.over.add(context);
        resolve(error());
      }, timeoutMs);
    });
    try {
      const result = await Promise.race([work(), timeout]);
      // The database's own end of a statement may be heard of before the timer is.
      const isLate = performance.now() - startMs >= timeoutMs;
      return result.errors !== undefined && isLate ? error() : result;
    } finally {
      clearTimeout(timer);
    }
  }

  private toMs(type: OperationTypeNode): number {
    const { queryTimeoutMs, mutationTimeoutMs } = this.limits;
    return type === OperationTypeNode.MUTATION ? mutationTimeoutMs : queryTimeoutMs;
  }

  private toError(type: OperationTypeNode): GraphQLError {
    const isMutation = type === OperationTypeNode.MUTATION;
    const advice = isMutation
      ? 'it may or may not have been done, so read before you repeat it'
      : 'ask for less';
    return toHttpError(
      new CodedError('TIMEOUT', `The ${type} took more than ${this.toMs(type)} ms: ${advice}.`),
    );
  }
}
