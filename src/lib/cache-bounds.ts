/**
 * Of an LRU cache that holds so many entries at the most. It takes room as it fills: with `max` alone it would take the
 * room for all of them when it is made.
 */
export function upToEntries(count: number): { maxSize: number; sizeCalculation: () => number } {
  return { maxSize: count, sizeCalculation: () => 1 };
}
