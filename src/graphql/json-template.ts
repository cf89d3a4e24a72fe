import type { Delivery } from '../events/delivery';
import { toEventCursor } from '../events/event-cursor';
import { toFriendInfoID, type FriendInfo } from '../friends/friend-info';
import { toByteText, type ByteText } from '../lib/byte-text';
import type { Marks, Place } from './template-marks';

type FieldPlace = 'key' | 'value';

/** `element` is repeated for each of the viewer's custom fields. */
type Part<Name> = string | { place: Name };
type TopPart = Part<Place> | { element: Part<FieldPlace>[] };

/** What a viewer's list says of the friend, as far as it shows. */
export type ViewersEntry = Pick<FriendInfo, 'userID'> & Partial<FriendInfo>;

const NO_ENTRY: ViewersEntry = { userID: '' };
const DETAILS = ['friendAddTime', 'addSource', 'addWording'] as const;

/** JSON with places that are filled in for each viewer. */
export class JsonTemplate {
  private constructor(private readonly parts: readonly TopPart[]) {}

  /** The template of a result that holds marks; null when one of them cannot be left open. */
  static find(result: object, marks: Marks): JsonTemplate | null {
    const parts = new Writer<Place>((value) => marks.findPlace(value), marks).write(result);
    const repeated = parts.filter((part) => typeof part !== 'string' && 'element' in part);
    // Custom fields of which neither key nor value shows leave no mark to tell them by.
    if (repeated.length !== marks.customInfoReads) return null;
    return new JsonTemplate(parts.map((part) => (typeof part === 'string' ? toByteText(part) : part)));
  }

  get hasGroups(): boolean {
    return this.has('friendGroups');
  }

  /** Whether more of the viewer's entry shows than its id and its remark. */
  get hasDetails(): boolean {
    return (
      this.parts.some((part) => typeof part !== 'string' && 'element' in part) ||
      DETAILS.some((place) => this.has(place))
    );
  }

  /** What the template has no place for may be left out. */
  fill(
    { userID, epoch, seq }: Delivery,
    entry: ViewersEntry = NO_ENTRY,
    groups: readonly string[] = [],
  ): ByteText {
    let text = '';
    for (const part of this.parts) {
      if (typeof part === 'string') text += part;
      else if ('element' in part) text += toByteText(fillFields(part.element, entry));
      else if (part.place === 'seq') text += String(seq);
      else if (part.place === 'cursor') text += `"${toEventCursor(userID, { epoch, seq })}"`;
      else if (part.place === 'id') text += JSON.stringify(toFriendInfoID(userID, entry.userID));
      else if (part.place === 'friendGroups') text += toByteText(JSON.stringify(groups));
      // Most have no remark.
      else if (entry[part.place] === '') text += '""';
      else text += toByteText(JSON.stringify(entry[part.place]));
    }
    return text;
  }

  private has(place: Place): boolean {
    return this.parts.some((part) => typeof part !== 'string' && 'place' in part && part.place === place);
  }
}

function fillFields(element: readonly Part<FieldPlace>[], { friendCustomInfo }: ViewersEntry): string {
  const fields = (friendCustomInfo ?? []).map((field) =>
    element.map((part) => (typeof part === 'string' ? part : JSON.stringify(field[part.place]))).join(''),
  );
  return `[${fields.join(',')}]`;
}

/** Writes JSON as `JSON.stringify` does, and breaks the text where a value has a place. */
class Writer<Name extends Place | FieldPlace> {
  private readonly parts: (Part<Name> | { element: Part<FieldPlace>[] })[] = [];
  private text = '';

  constructor(
    private readonly findPlace: (value: unknown) => Name | undefined,
    private readonly marks: Marks,
  ) {}

  write(value: unknown): (Part<Name> | { element: Part<FieldPlace>[] })[] {
    this.writeValue(value);
    return [...this.parts, this.text];
  }

  private writeValue(raw: unknown): void {
    const value = raw instanceof Date ? raw.toISOString() : raw;
    const place = this.findPlace(value);
    if (place !== undefined) this.leave({ place });
    else if (Array.isArray(value)) this.writeList(value);
    else if (typeof value === 'object' && value !== null) this.writeObject(value);
    else this.text += JSON.stringify(value);
  }

  private writeList(list: readonly unknown[]): void {
    const [only] = list;
    // The lists that are a viewer's own stand as a whole for what is filled in.
    if (this.findPlace(only) === 'friendGroups') {
      this.writeValue(only);
      return;
    }
    const element = this.findElement(only);
    if (element !== null) {
      this.leave({ element });
      return;
    }
    this.writeAll('[', list, ']', (value) => {
      this.writeValue(value);
    });
  }

  private writeObject(object: object): void {
    this.writeAll('{', Object.entries(object), '}', ([name, value]) => {
      this.text += `${JSON.stringify(name)}:`;
      this.writeValue(value);
    });
  }

  private writeAll<Item>(
    open: string,
    items: readonly Item[],
    close: string,
    write: (item: Item) => void,
  ): void {
    this.text += open;
    for (const [index, item] of items.entries()) {
      if (index > 0) this.text += ',';
      write(item);
    }
    this.text += close;
  }

  private findElement(value: unknown): Part<FieldPlace>[] | null {
    const { key, value: text } = this.marks.field;
    const isField = typeof value === 'object' && value !== null;
    if (!isField || !Object.values(value).some((leaf) => leaf === key || leaf === text)) return null;
    const findPlace = (leaf: unknown) => (leaf === key ? 'key' : leaf === text ? 'value' : undefined);
    return new Writer<FieldPlace>(findPlace, this.marks).write(value) as Part<FieldPlace>[];
  }

  private leave(part: Exclude<Part<Name> | { element: Part<FieldPlace>[] }, string>): void {
    this.parts.push(this.text, part);
    this.text = '';
  }
}
