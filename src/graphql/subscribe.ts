import { createSourceEventStream, execute, type ExecutionArgs, type ExecutionResult } from 'graphql';

type Stream = AsyncIterableIterator<ExecutionResult>;

/**
 * `subscribe` of graphql-js with one difference: every event is executed with a context of its own, made by
 * `toEventContext` from that of the subscription. With one context for all, its loaders would serve for hours what
 * they read first.
 */
export async function subscribeWithFreshContext<Context>(
  args: ExecutionArgs,
  toEventContext: (context: Context) => Context,
): Promise<Stream | ExecutionResult> {
  const source = await createSourceEventStream(args);
  if (!(Symbol.asyncIterator in source)) return source;
  const events: AsyncIterator<unknown> = source[Symbol.asyncIterator]();
  const stream: Stream = {
    async next() {
      const event = await events.next();
      if (event.done === true) return { value: undefined, done: true };
      const contextValue = toEventContext(args.contextValue as Context);
      return { value: await execute({ ...args, rootValue: event.value, contextValue }), done: false };
    },
    async return() {
      await events.return?.();
      return { value: undefined, done: true };
    },
    [Symbol.asyncIterator]() {
      return stream;
    },
  };
  return stream;
}
