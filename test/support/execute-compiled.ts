import type { ExecutionArgs, ExecutionResult } from 'graphql';
import type { CompiledQueries } from '../../src/graphql/compiled-queries';
import type { Progress } from '../../src/graphql/context';
import { Execution } from '../../src/graphql/execution';
import { Timeouts } from '../../src/graphql/timeouts';

const LONG = { queryTimeoutMs: 60_000, mutationTimeoutMs: 60_000 };

/** As the server executes operations: compiled where that is possible, and by graphql-js where it is not. */
export function executeCompiled(compiled: CompiledQueries, args: ExecutionArgs): Promise<ExecutionResult> {
  const execution = new Execution(compiled, new Timeouts(args.schema, LONG), true);
  const progress: Progress = { beganAtMs: null, isOver: false, verdict: undefined, isTried: false };
  const contextValue = Object.assign(args.contextValue ?? {}, { progress });
  return execution.execute({ ...args, contextValue });
}
