const FRESH_MS = 600_000;
/** Of each of the two maps; together as many as Amicus keeps. */
const MAX_COPIES = 50_000;

/**
 * What each viewer saw of strangers in the last ten minutes: plain maps, without Amicus' rules for those who become
 * friends. The older half is let go at once, because a map gives up its oldest entry slowly.
 */
export class StrangerCopies {
  #young = new Map();
  #old = new Map();

  /** Null when there is none that is fresh. */
  find(viewerID, userID) {
    const key = `${viewerID} ${userID}`;
    const copy = this.#young.get(key) ?? this.#old.get(key);
    return copy === undefined || Date.now() - copy.atMs >= FRESH_MS ? null : copy.user;
  }

  keep(viewerID, user) {
    if (this.#young.size >= MAX_COPIES) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(`${viewerID} ${user.id}`, { user, atMs: Date.now() });
  }
}
