/** The copies that one viewer holds, by user. */
interface Holder<Copy> {
  readonly viewerID: string;
  readonly copies: Map<string, Copy>;
}

/** What a viewer holds of a user. */
export abstract class HeldCopy {
  /** Those that were used just before and just after it, among all that are held. */
  older: HeldCopy = this;
  newer: HeldCopy = this;
  /** Null when it is not held. */
  holder: Holder<HeldCopy> | null = null;

  abstract readonly userID: string;
}

/** Both ends of the list of all copies. */
class Ends extends HeldCopy {
  override readonly userID = '';
}

/**
 * Copies by viewer and user, in the order of their use. Those of a viewer lie together: a request looks for many of one
 * viewer, which takes a fourth of the time that it takes in one table of all, with a key made for each.
 */
export class RecentCopies<Copy extends HeldCopy> {
  private readonly holders = new Map<string, Holder<Copy>>();
  private readonly ends = new Ends();
  private count = 0;

  get size(): number {
    return this.count;
  }

  get viewers(): number {
    return this.holders.size;
  }

  /** Not a use of it. */
  find(viewerID: string, userID: string): Copy | undefined {
    return this.holders.get(viewerID)?.copies.get(userID);
  }

  /** Makes it the one used last. It must be held. */
  use(copy: Copy): void {
    if (this.ends.older === copy) return;
    unlink(copy);
    this.link(copy);
  }

  /** Used last. There must be none in its place. */
  add(viewerID: string, copy: Copy): void {
    let holder = this.holders.get(viewerID);
    if (holder === undefined) {
      holder = { viewerID, copies: new Map<string, Copy>() };
      this.holders.set(viewerID, holder);
    }
    holder.copies.set(copy.userID, copy);
    copy.holder = holder;
    this.count++;
    this.link(copy);
  }

  /** Nothing when it is not held. */
  remove(copy: Copy): void {
    const { holder, userID } = copy;
    if (holder === null) return;
    copy.holder = null;
    holder.copies.delete(userID);
    if (holder.copies.size === 0) this.holders.delete(holder.viewerID);
    this.count--;
    unlink(copy);
  }

  /** The one used longest ago; undefined when there is none. */
  findOldest(): Copy | undefined {
    const { newer } = this.ends;
    return newer === this.ends ? undefined : (newer as Copy);
  }

  /** From the one used longest ago on. None may be added or removed meanwhile. */
  *[Symbol.iterator](): Generator<Copy> {
    for (let copy = this.ends.newer; copy !== this.ends; copy = copy.newer) yield copy as Copy;
  }

  clear(): void {
    this.holders.clear();
    this.count = 0;
    this.ends.newer = this.ends.older = this.ends;
  }

  private link(copy: HeldCopy): void {
    const { ends } = this;
    copy.older = ends.older;
    copy.newer = ends;
    ends.older.newer = copy;
    ends.older = copy;
  }
}

function unlink(copy: HeldCopy): void {
  copy.older.newer = copy.newer;
  copy.newer.older = copy.older;
}
