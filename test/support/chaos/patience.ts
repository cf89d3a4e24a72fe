/** Longer than a hint that was lost takes, and than any fan-out of a profile. What is missing then will not come. */
const PATIENCE_MS = 20_000;

/** How long a run waits for what is due. For failing only: one that keeps its promises never waits so long. */
export interface Patience {
  readonly isOver: boolean;
  /** Resolves when it is. */
  readonly over: Promise<void>;
  /** To be called when nothing is waited for any more. */
  end(): void;
}

export function startPatience(patienceMs = PATIENCE_MS): Patience {
  let isOver = false;
  let end = (): void => undefined;
  const over = new Promise<void>((resolve) => {
    const timer = setTimeout(() => {
      end();
    }, patienceMs);
    end = () => {
      clearTimeout(timer);
      isOver = true;
      resolve();
    };
  });
  return {
    get isOver() {
      return isOver;
    },
    over,
    end,
  };
}
