import type { ByteText } from './byte-text';

/** Of one object, besides the last one. */
const MAX_OTHERS = 3;

/**
 * Has room for the texts that were last made of it, where whoever has the object finds them without looking them up in a
 * table of thousands. A copy of the object has none of them, nor has its JSON.
 */
export class TextRoom {
  /** Who made the last one. */
  #maker: object | null = null;
  #text: ByteText = '';
  #others: Map<object, ByteText> | null = null;

  /** What this maker has made of it; null when that is not kept. */
  findText(maker: object): ByteText | null {
    if (this.#maker === maker) return this.#text;
    return this.#others?.get(maker) ?? null;
  }

  /** The one made longest ago goes when there are too many. */
  keepText(maker: object, text: ByteText): void {
    if (this.#maker !== null) {
      const others = (this.#others ??= new Map<object, ByteText>());
      const [first] = others.keys();
      if (first !== undefined && others.size === MAX_OTHERS) others.delete(first);
      others.set(this.#maker, this.#text);
    }
    this.#maker = maker;
    this.#text = text;
  }
}
