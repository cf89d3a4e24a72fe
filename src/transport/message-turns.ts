/**
 * Of one socket, in one turn of the event loop. A client may send hundreds of operations in one piece, each of which
 * takes time to be read and checked: what is behind these waits for the next turns, so that others have theirs between.
 */
const MESSAGES_PER_TURN = 2;

/** Handles a socket's messages, or the requests of one connection, in their order. */
export class MessageTurns {
  private readonly waiting: (() => void)[] = [];
  private taken = 0;
  private turn: NodeJS.Immediate | undefined;
  private isHeld = false;

  /** @param onIdle - called after each turn that has left no message waiting */
  constructor(private readonly onIdle: () => void) {}

  /** Whether messages wait: they do until the next turn at least. */
  get isBusy(): boolean {
    return this.isHeld || this.waiting.length > 0;
  }

  /** Called by a message that is handled: nothing behind it is, until this resolves. It must not reject. */
  hold(until: Promise<void>): void {
    this.isHeld = true;
    void until.then(() => {
      this.isHeld = false;
      this.schedule();
    });
  }

  add(handle: () => void): void {
    this.schedule();
    if (this.isBusy || this.taken >= MESSAGES_PER_TURN) {
      this.waiting.push(handle);
      return;
    }
    this.taken++;
    handle();
  }

  private schedule(): void {
    this.turn ??= setImmediate(() => {
      this.begin();
    });
  }

  private begin(): void {
    this.turn = undefined;
    if (this.isHeld) return;
    this.taken = 0;
    for (const handle of this.waiting.splice(0)) this.add(handle);
    if (!this.isBusy) this.onIdle();
  }
}
