import { CLOSE, toBusyProblem, type HttpProblem } from './http-answer';
import type { PacedLane } from './paced-lane';

/** Of one request. */
export interface HeldBody {
  /** The 429 for bytes that there is no room for. */
  take(bytes: number): HttpProblem | undefined;
  /** Resolves when more of a large body may be read; with the 429 where too many wait. */
  waitForTurn(): Promise<HttpProblem | undefined>;
  /** Counts what a large body took to be parsed. */
  spend(ms: number): void;
  /** Once, when the body is read, or never will be. */
  release(): void;
}

/**
 * The bodies that have come and are not read yet: of each user so many bytes at the most, on all connections together.
 * Large ones are read in turns, for they are dear to read and to parse.
 */
export class BodyRoom {
  private readonly taken = new Map<string, number>();

  constructor(
    private readonly maxBytes: number,
    private readonly lane: PacedLane,
  ) {}

  open(userID: string): HeldBody {
    let held = 0;
    return {
      take: (bytes) => {
        const taken = (this.taken.get(userID) ?? 0) + bytes;
        if (taken > this.maxBytes) return toProblem(`${this.maxBytes} bytes of each user are held`);
        this.taken.set(userID, taken);
        held += bytes;
        return undefined;
      },
      waitForTurn: async () => {
        const isTurn = await this.lane.turn(userID);
        return isTurn
          ? undefined
          : toProblem('large ones wait to be read, each for some seconds at the most');
      },
      spend: (ms) => {
        this.lane.spend(ms);
      },
      release: () => {
        if (held === 0) return;
        const left = (this.taken.get(userID) ?? 0) - held;
        if (left > 0) this.taken.set(userID, left);
        else this.taken.delete(userID);
      },
    };
  }
}

function toProblem(bound: string): HttpProblem {
  return toBusyProblem(`Too many bodies at once: ${bound}.`, CLOSE);
}
