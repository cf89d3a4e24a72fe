import type { Bus, EdgeHint } from '../../src/events/bus';
import type { Hint } from '../../src/events/friendship-event';

export type Told = { kind: 'hints'; hints: Hint[] } | { kind: 'edges'; edges: EdgeHint[] } | { kind: 'gap' };

/** Keeps what a bus tells, in order. */
export class BusEar {
  private readonly queue: Told[] = [];
  private wake: (() => void) | null = null;
  private readonly leave: (() => void)[];

  constructor(bus: Bus) {
    this.leave = [
      bus.subscribe(
        (hints) => {
          this.push({ kind: 'hints', hints: [...hints] });
        },
        () => {
          this.push({ kind: 'gap' });
        },
      ),
      bus.subscribeEdges((edges) => {
        this.push({ kind: 'edges', edges: [...edges] });
      }),
    ];
  }

  async next(): Promise<Told> {
    for (;;) {
      const told = this.queue.shift();
      if (told !== undefined) return told;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  /** What was heard by now and not taken. */
  takeAll(): Told[] {
    return this.queue.splice(0);
  }

  /** Everything up to the hint at this user, which is the last of it. */
  async takeUntil(userID: string): Promise<Told[]> {
    const told: Told[] = [];
    for (;;) {
      const last = await this.next();
      told.push(last);
      if (last.kind === 'hints' && last.hints.some((hint) => hint.userID === userID)) return told;
    }
  }

  stop(): void {
    for (const leave of this.leave) leave();
  }

  private push(told: Told): void {
    this.queue.push(told);
    this.wake?.();
  }
}

/** All hints of what was told, as `[user, head]`. */
export function toHeads(told: readonly Told[]): [string, number | null][] {
  return told.flatMap((one) =>
    one.kind === 'hints' ? one.hints.map(({ userID, head }): [string, number | null] => [userID, head]) : [],
  );
}
