/** Looks on while changed profiles are told of. */
export interface FanoutWatch {
  /** The profiles of these users have changed; called where they were. */
  requested(userIDs: readonly string[]): void;
  /** Runs one batch, which says whose job it works on as soon as it knows; not at all when there is none. */
  batch(work: (onJob: (userID: string) => void) => Promise<boolean>): Promise<boolean>;
}

export const UNWATCHED_FANOUT: FanoutWatch = {
  requested: () => undefined,
  batch: (work) => work(() => undefined),
};
