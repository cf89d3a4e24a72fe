/**
 * Keeps the values of a metric's label few, whatever clients send: the first ones that come, a few of each user at the
 * most, and `other` for the rest.
 */
export class BoundedLabels {
  private readonly known: Set<string>;
  /** How many values each user has brought in; no more users than there are places. */
  private readonly brought = new Map<string, number>();

  /** `known` take no place of the `places`. */
  constructor(
    private places: number,
    known: Iterable<string> = [],
  ) {
    this.known = new Set(known);
  }

  /** `userID` is whose word the value is; null for what no client chooses. */
  toLabel(value: string, userID: string | null = null): string {
    if (this.known.has(value)) return value;
    const brought = userID === null ? 0 : (this.brought.get(userID) ?? 0);
    if (this.places === 0 || brought === MAX_OF_USER || value.length > MAX_LENGTH) return 'other';
    if (userID !== null) this.brought.set(userID, brought + 1);
    this.places--;
    this.known.add(value);
    return value;
  }
}

/** So that twenty users are needed to fill a hundred places, and one has a few of an app's names to begin with. */
export const MAX_OF_USER = 5;
const MAX_LENGTH = 100;
