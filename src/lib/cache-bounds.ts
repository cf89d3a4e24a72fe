/** What a cache may hold; what goes first when it is past either bound, is the cache's to say. */
export interface CacheBounds {
  entries: number;
  /** As estimated: the memory of an entry is not told by JavaScript. */
  bytes: number;
}

/**
 * Of an LRU cache that holds so many entries at the most. It takes room as it fills: with `max` alone it would take the
 * room for all of them when it is made.
 */
export function upToEntries(count: number): { maxSize: number; sizeCalculation: () => number } {
  return { maxSize: count, sizeCalculation: () => 1 };
}
