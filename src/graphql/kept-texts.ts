import type { ByteText } from '../lib/byte-text';
import type { Asking, Write } from './text-parts';

/** What of an object is asked for decides which shelf its text is on; so many there are. */
const MAX_SHELVES = 4;

interface Shelf {
  signature: string;
  texts: WeakMap<object, ByteText>;
  /** The larger, the later. */
  usedAt: number;
}

/**
 * Keeps the texts of objects for as long as the objects themselves are kept, for the few selections that were used last:
 * the next answer that shows one need not write it again.
 */
export class KeptTexts {
  private shelves: Shelf[] = [];
  private uses = 0;

  /** Writes as `write` does, which waits for nothing. Whatever has the same signature must give the same texts. */
  keep(signature: string, write: Write): (object: unknown, asking: Asking) => ByteText {
    let shelf = this.open(signature);
    return (object, asking) => {
      if (!this.shelves.includes(shelf)) shelf = this.open(signature);
      shelf.usedAt = ++this.uses;
      let text = shelf.texts.get(object as object);
      if (text === undefined) {
        // Through a buffer: what was joined piece by piece would be kept in its pieces, which take four times as much.
        text = Buffer.from(write(object, asking) as ByteText, 'latin1').toString('latin1');
        shelf.texts.set(object as object, text);
      }
      return text;
    };
  }

  private open(signature: string): Shelf {
    const open = this.shelves.find((candidate) => candidate.signature === signature);
    if (open !== undefined) return open;
    const shelf = { signature, texts: new WeakMap<object, ByteText>(), usedAt: this.uses };
    const byUse = this.shelves.sort((left, right) => right.usedAt - left.usedAt);
    this.shelves = [shelf, ...byUse.slice(0, MAX_SHELVES - 1)];
    return shelf;
  }
}
