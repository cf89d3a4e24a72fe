/** The name that the fewest single-letter edits turn into `name`; null when even that takes more than three. */
export function findNearestName(name: string, names: readonly string[]): string | null {
  let nearest: string | null = null;
  let fewest = 4;
  for (const candidate of names) {
    const edits = countEdits(name, candidate);
    if (edits < fewest) [nearest, fewest] = [candidate, edits];
  }
  return nearest;
}

/** Levenshtein's distance, a row of the table at a time. */
function countEdits(from: string, to: string): number {
  let above = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [row, letter] of Array.from(from).entries()) {
    const current = [row + 1];
    for (let column = 0; column < to.length; column++) {
      const replaced = at(above, column) + (to[column] === letter ? 0 : 1);
      current.push(Math.min(replaced, at(above, column + 1) + 1, at(current, column) + 1));
    }
    above = current;
  }
  return at(above, to.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity;
}
