/**
 * Called before a statement runs, those that begin and end transactions included. What it gives is called when the
 * statement has ended, with the error of one that failed. Neither may throw.
 */
export type WatchStatement = (sql: string) => (error?: unknown) => void;

export interface StatementHooks {
  /** Gets the text of each statement before it runs, as its caller wrote it. What it throws, the statement fails with. */
  readonly onStatement?: ((sql: string) => void) | undefined;
  readonly watchStatement?: WatchStatement | undefined;
}

/** How the work on one set of connections stands. */
export interface ConnectionLoad {
  inUse: number;
  idle: number;
  /** Pieces of work that wait for a connection. */
  waiting: number;
}

/** Of the connections that write, and of those that read. */
export interface DatabaseLoad {
  writer: ConnectionLoad;
  reader: ConnectionLoad;
}

/** Runs a statement that answers later. */
export async function watchedLater<Result>(
  watch: WatchStatement | undefined,
  sql: string,
  run: () => Promise<Result>,
): Promise<Result> {
  if (watch === undefined) return run();
  const end = watch(sql);
  try {
    const result = await run();
    end();
    return result;
  } catch (error) {
    end(error);
    throw error;
  }
}
