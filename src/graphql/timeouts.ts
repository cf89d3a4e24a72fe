import {
  defaultFieldResolver,
  OperationTypeNode,
  type ExecutionResult,
  type GraphQLError,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { CodedError } from '../errors';
import type { RequestContext } from './context';
import { toHttpError } from './error-presenter';

export interface TimeoutLimits {
  readonly queryTimeoutMs: number;
  readonly mutationTimeoutMs: number;
}

type Operation = OperationDefinitionNode | null | undefined;
type Context = Pick<RequestContext, 'progress'>;

/**
 * Answers an operation that takes too long with the error TIMEOUT. What it is waiting for goes on, until the database
 * ends it; of a mutation, no further field is begun.
 */
export class Timeouts {
  /** Puts itself before the fields of the schema's mutations. */
  constructor(
    schema: GraphQLSchema,
    private readonly limits: TimeoutLimits,
  ) {
    for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
      const { resolve = defaultFieldResolver } = field;
      field.resolve = (source, args, context: Context, info) => {
        if (context.progress.isOver) throw this.toError(OperationTypeNode.MUTATION);
        return resolve(source, args, context, info);
      };
    }
  }

  /**
   * The result of `work`, or the error; the error at once for a context whose time was over before. What is done for
   * one context, by one call after the other, has one time together.
   */
  async limit(
    operation: Operation,
    { progress }: Context,
    work: () => Promise<ExecutionResult>,
  ): Promise<ExecutionResult> {
    if (!operation) return work();
    const error = (): ExecutionResult => ({ errors: [this.toError(operation.operation)] });
    const timeoutMs = this.toMs(operation.operation);
    const nowMs = performance.now();
    progress.beganAtMs ??= nowMs;
    const endMs = progress.beganAtMs + timeoutMs;
    if (nowMs >= endMs) progress.isOver = true;
    if (progress.isOver) return error();
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<ExecutionResult>((resolve) => {
      timer = setTimeout(() => {
        progress.isOver = true;
        resolve(error());
      }, endMs - nowMs);
    });
    try {
      const result = await Promise.race([work(), timeout]);
      // The database's own end of a statement may be heard of before the timer is.
      const isLate = performance.now() >= endMs;
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
