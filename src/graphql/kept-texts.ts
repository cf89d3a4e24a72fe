import type { ByteText } from '../lib/byte-text';
import { TextRoom } from '../lib/text-room';
import type { Asking, Text, Write } from './text-parts';

/** What of an object is asked for; so many are known. */
const MAX_SELECTIONS = 4;

interface Selection {
  signature: string;
  /** The larger, the later. */
  usedAt: number;
}

/**
 * Keeps the texts of shared objects, those with room for them, for as long as the objects themselves are kept, for the
 * few selections that were used last: the next answer that shows one need not write it again.
 */
export class KeptTexts {
  private selections: Selection[] = [];
  private uses = 0;

  /** Writes as `write` does, which waits for nothing. Whatever has the same signature must give the same texts. */
  keep(signature: string, write: Write): Write {
    let selection = this.open(signature);
    return (object, asking): Text => {
      if (!(object instanceof TextRoom)) return write(object, asking);
      if (!this.selections.includes(selection)) selection = this.open(signature);
      selection.usedAt = ++this.uses;
      return object.findText(selection) ?? keepText(object, selection, write, asking);
    };
  }

  private open(signature: string): Selection {
    const open = this.selections.find((candidate) => candidate.signature === signature);
    if (open !== undefined) return open;
    const selection = { signature, usedAt: this.uses };
    const byUse = this.selections.sort((left, right) => right.usedAt - left.usedAt);
    this.selections = [selection, ...byUse.slice(0, MAX_SELECTIONS - 1)];
    return selection;
  }
}

function keepText(object: TextRoom, selection: Selection, write: Write, asking: Asking): ByteText {
  // Through a buffer: what was joined piece by piece would be kept in its pieces, which take four times as much.
  const text = Buffer.from(write(object, asking) as ByteText, 'latin1').toString('latin1');
  object.keepText(selection, text);
  return text;
}
