import { HttpProblem } from './http-answer';

/** Of one request. */
export interface HeldBody {
  /** The 429 for bytes that there is no room for. */
  take(bytes: number): HttpProblem | undefined;
  /** Once, when the body is read, or never will be. */
  release(): void;
}

/** The bodies that have come and are not read yet: of each user so many bytes at the most, on all connections together. */
export class BodyRoom {
  private readonly taken = new Map<string, number>();

  constructor(private readonly maxBytes: number) {}

  open(userID: string): HeldBody {
    let held = 0;
    return {
      take: (bytes) => {
        const taken = (this.taken.get(userID) ?? 0) + bytes;
        if (taken > this.maxBytes) return this.toProblem();
        this.taken.set(userID, taken);
        held += bytes;
        return undefined;
      },
      release: () => {
        const left = (this.taken.get(userID) ?? 0) - held;
        if (left > 0) this.taken.set(userID, left);
        else this.taken.delete(userID);
      },
    };
  }

  private toProblem(): HttpProblem {
    const headers = { connection: 'close', 'retry-after': '1' };
    const message = `Too many bodies at once: ${this.maxBytes} bytes of each user are held.`;
    return new HttpProblem(429, 'RATE_LIMITED', message, headers, { retryAfterMs: 1_000 });
  }
}
