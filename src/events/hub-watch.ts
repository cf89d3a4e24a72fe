/** Looks on while the hub delivers. Called once for a list of hints or a turn, however many deliveries it makes. */
export interface HubWatch {
  /** Somebody who listens here was hinted at; called where the hint came from. */
  hinted(): void;
  /** Runs a turn, which gives how much it delivered. */
  turn(work: () => Promise<number>): Promise<number>;
  /** A turn has written what was hinted at; `seconds` since the first of its hints came. */
  delivered(seconds: number): void;
}

export const UNWATCHED: HubWatch = {
  hinted: () => undefined,
  turn: (work) => work(),
  delivered: () => undefined,
};
