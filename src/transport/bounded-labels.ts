import { toOwnText } from '../lib/own-text';

/**
 * Keeps the values of a metric's label few, whatever clients send: the first ones that come, a few of each user at the
 * most, and `other` for the rest.
 */
export class BoundedLabels {
  /** Each as a text of its own: what clients send is cut out of a document, which would stay with it. */
  private readonly known: Map<string, string>;
  /** How many values each user has brought in; no more users than there are places. */
  private readonly brought = new Map<string, number>();

  /** `known` take no place of the `places`. */
  constructor(
    private places: number,
    known: Iterable<string> = [],
  ) {
    this.known = new Map([...known].map((value) => [value, value]));
  }

  /** `userID` is whose word the value is; null for what no client chooses. */
  toLabel(value: string, userID: string | null = null): string {
    const known = this.known.get(value);
    if (known !== undefined) return known;
    const brought = userID === null ? 0 : (this.brought.get(userID) ?? 0);
    if (this.places === 0 || brought === MAX_OF_USER || value.length > MAX_LENGTH) return 'other';
    if (userID !== null) this.brought.set(userID, brought + 1);
    this.places--;
    const own = toOwnText(value);
    this.known.set(own, own);
    return own;
  }
}

/** So that twenty users are needed to fill a hundred places, and one has a few of an app's names to begin with. */
export const MAX_OF_USER = 5;
const MAX_LENGTH = 100;
