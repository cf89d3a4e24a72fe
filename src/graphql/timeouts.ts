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
    context: Context,
    work: () => Promise<ExecutionResult>,
  ): Promise<ExecutionResult> {
    if (!operation) return work();
    const error = (): ExecutionResult => ({ errors: [this.toError(operation.operation)] });
    const result = await this.limitOr(operation, context, work, error);
    // The database's own end of a statement may be heard of before the timer is.
    return result.errors !== undefined && this.toLeftMs(operation, context) <= 0 ? error() : result;
  }

  /** The same with anything else in place of the error. What `work` gives at once is given at once. */
  limitOr<Result>(
    operation: OperationDefinitionNode,
    context: Context,
    work: () => Result | Promise<Result>,
    instead: () => Result,
  ): Result | Promise<Result> {
    const { progress } = context;
    progress.beganAtMs ??= performance.now();
    const leftMs = this.toLeftMs(operation, context);
    if (leftMs <= 0) progress.isOver = true;
    if (progress.isOver) return instead();
    const result = work();
    if (!(result instanceof Promise)) return result;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        progress.isOver = true;
        resolve(instead());
      }, leftMs);
      const end = <Value>(settle: (value: Value) => void) => {
        return (value: Value): void => {
          clearTimeout(timer);
          settle(value);
        };
      };
      result.then(end(resolve), end(reject));
    });
  }

  private toLeftMs({ operation }: OperationDefinitionNode, { progress }: Context): number {
    const nowMs = performance.now();
    return (progress.beganAtMs ?? nowMs) + this.toMs(operation) - nowMs;
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
