/** Keeps the values of a metric's label few, whatever clients send: the first ones that come, and `other` for the rest. */
export class BoundedLabels {
  private readonly known: Set<string>;
  private places: number;

  /** `known` take no place of the `places`. */
  constructor(places: number, known: Iterable<string> = []) {
    this.known = new Set(known);
    this.places = places;
  }

  toLabel(value: string): string {
    if (this.known.has(value)) return value;
    if (this.places === 0 || value.length > MAX_LENGTH) return 'other';
    this.places--;
    this.known.add(value);
    return value;
  }
}

const MAX_LENGTH = 100;
