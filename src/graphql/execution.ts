import {
  createSourceEventStream,
  execute,
  getOperationAST,
  type ExecutionArgs,
  type ExecutionResult,
  type OperationDefinitionNode,
} from 'graphql';
import type { ByteText } from '../lib/byte-text';
import { MAX_COERCION_ERRORS, type CompiledQueries } from './compiled-queries';
import type { RequestContext } from './context';
import type { Timeouts } from './timeouts';

/** A request, with its own context. */
export type Execute = ExecutionArgs & { contextValue: Pick<RequestContext, 'progress'> };

/** Executes operations, queries and mutations within their time, whichever door they came by. */
export class Execution {
  constructor(
    private readonly compiled: CompiledQueries,
    private readonly timeouts: Timeouts,
    /** Whether an error may suggest names of the schema. */
    private readonly suggests: boolean,
  ) {}

  /** By a compiled function where there is one. */
  async execute(args: Execute): Promise<ExecutionResult> {
    const operation = getOperationAST(args.document, args.operationName);
    const data = operation ? await this.findData(args, operation) : null;
    return data === null ? this.executePlainly(args) : { data };
  }

  /** As graphql-js does it. */
  async executePlainly(args: Execute): Promise<ExecutionResult> {
    return this.limit(args, async () => execute(this.withOptions(args)));
  }

  /**
   * The JSON of the data, when it is written in time, and at once where nothing is waited for; null for what has
   * then to be executed plainly.
   */
  findText(
    args: Omit<Execute, 'schema'>,
    operation: OperationDefinitionNode,
  ): ByteText | null | Promise<ByteText | null> {
    args.contextValue.progress.isTried = true;
    return this.timeouts.limitOr<ByteText | null>(
      operation,
      args.contextValue,
      () => this.compiled.findText(args, operation),
      () => null,
    );
  }

  /** The data, when a compiled function gives it in time; null for what has then to be executed plainly. */
  async findData(
    args: Omit<Execute, 'schema'>,
    operation: OperationDefinitionNode,
  ): Promise<NonNullable<ExecutionResult['data']> | null> {
    const { progress } = args.contextValue;
    if (progress.isTried) return null;
    progress.isTried = true;
    const { data } = await this.timeouts.limit(operation, args.contextValue, async () => ({
      data: await this.compiled.findData(args, operation),
    }));
    return data ?? null;
  }

  /** The stream that a subscription opens, or what is wrong with its variables. */
  async openStream(args: ExecutionArgs): Promise<AsyncIterable<unknown> | ExecutionResult> {
    return createSourceEventStream(this.withOptions(args));
  }

  private limit(args: Execute, work: () => Promise<ExecutionResult>): Promise<ExecutionResult> {
    return this.timeouts.limit(getOperationAST(args.document, args.operationName), args.contextValue, work);
  }

  private withOptions<Args extends ExecutionArgs>(args: Args): Args {
    return { ...args, hideSuggestions: !this.suggests, options: { maxCoercionErrors: MAX_COERCION_ERRORS } };
  }
}
