import { LRUCache } from 'lru-cache';

const MAX_ENTRIES = 1_000;
const MAX_CHARACTERS = 4 * 1024 * 1024;

/** A key-value cache as Apollo Server wants them, in memory: bounded, and the longest unused go first. */
export class BoundedStore<Value extends string | object> {
  protected readonly entries: LRUCache<string, Value>;

  /** `toCharacters` says how long the text is that a value was made of: its memory goes with that. */
  constructor(toCharacters: (value: Value) => number) {
    this.entries = new LRUCache<string, Value>({
      max: MAX_ENTRIES,
      maxSize: MAX_CHARACTERS,
      sizeCalculation: (value) => Math.max(1, toCharacters(value)),
    });
  }

  async get(key: string): Promise<Value | undefined> {
    return this.entries.get(key);
  }

  async set(key: string, value: Value): Promise<void> {
    this.entries.set(key, value);
  }

  async delete(key: string): Promise<void> {
    this.entries.delete(key);
  }
}
