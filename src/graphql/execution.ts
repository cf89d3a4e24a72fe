import {
  createSourceEventStream,
  execute,
  getOperationAST,
  type ExecutionArgs,
  type ExecutionResult,
  type OperationDefinitionNode,
} from 'graphql';
import type { CompiledQueries } from './compiled-queries';
import type { Timeouts } from './timeouts';

/** A request, with its own context. */
export type Execute = ExecutionArgs & { contextValue: object };

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
    return this.limit(args, async () => this.compiled.execute(this.withSuggestions(args)));
  }

  /** As graphql-js does it. */
  async executePlainly(args: Execute): Promise<ExecutionResult> {
    return this.limit(args, async () => execute(this.withSuggestions(args)));
  }

  /** The data, when a compiled function gives it in time; null for what has then to be executed plainly. */
  async findData(
    args: Omit<Execute, 'schema'>,
    operation: OperationDefinitionNode,
  ): Promise<NonNullable<ExecutionResult['data']> | null> {
    const { data } = await this.timeouts.limit(operation, args.contextValue, async () => ({
      data: await this.compiled.findData(args, operation),
    }));
    return data ?? null;
  }

  /** The stream that a subscription opens, or what is wrong with its variables. */
  async openStream(args: ExecutionArgs): Promise<AsyncIterable<unknown> | ExecutionResult> {
    return createSourceEventStream({ ...args, hideSuggestions: !this.suggests });
  }

  private limit(args: Execute, work: () => Promise<ExecutionResult>): Promise<ExecutionResult> {
    return this.timeouts.limit(getOperationAST(args.document, args.operationName), args.contextValue, work);
  }

  private withSuggestions(args: Execute): Execute {
    return { ...args, hideSuggestions: !this.suggests };
  }
}
