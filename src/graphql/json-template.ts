import { randomBytes } from 'node:crypto';
import type { Delivery } from '../events/delivery';
import type { FriendInfo } from '../friends/friend-info';

/** What differs between the viewers of one change, by where the viewer's own value comes from. */
type Place =
  'seq' | 'cursor' | 'id' | 'friendRemark' | 'friendAddTime' | 'addSource' | 'addWording' | 'friendGroups';
type FieldPlace = 'key' | 'value';

/** `element` is repeated for each of the viewer's custom fields. */
type Part<Name> = string | { place: Name };
type TopPart = Part<Place> | { element: Part<FieldPlace>[] };

const TEXT_PLACES = ['cursor', 'id', 'friendRemark', 'addSource', 'addWording', 'friendGroups'] as const;

/**
 * Values that stand in a result where a viewer's own belong. No stored value is like one: they are made anew each
 * time, so nobody can know them, and the number is negative, as no number of a profile is.
 */
export class Marks {
  readonly seq = -1 - (randomBytes(4).readUInt32LE() % 2 ** 31);
  readonly addTime = new Date(Date.UTC(9999, 0, 1) + (randomBytes(4).readUInt32LE() % 10 ** 9));
  readonly field = { key: `key ${createSecret()}`, value: `value ${createSecret()}` };
  /** How often custom fields were selected. */
  customInfoReads = 0;
  private readonly secret = createSecret();
  private readonly texts = new Map(TEXT_PLACES.map((place) => [this.text(place), place]));

  text(place: (typeof TEXT_PLACES)[number]): string {
    return `${place} ${this.secret}`;
  }

  findPlace(value: unknown): Place | undefined {
    if (value === this.seq) return 'seq';
    if (value === this.addTime.toISOString()) return 'friendAddTime';
    return typeof value === 'string' ? this.texts.get(value) : undefined;
  }

  /** An entry of a friend list with marks for all that is the owner's. */
  createInfo(userID: string): FriendInfo {
    const readCustomInfo = () => {
      this.customInfoReads++;
      return [this.field];
    };
    return {
      id: this.text('id'),
      userID,
      friendRemark: this.text('friendRemark'),
      friendAddTime: this.addTime,
      addSource: this.text('addSource'),
      addWording: this.text('addWording'),
      get friendCustomInfo() {
        return readCustomInfo();
      },
    };
  }
}

/** JSON text with places that are filled in for each viewer. */
export class JsonTemplate {
  private constructor(private readonly parts: readonly TopPart[]) {}

  /** The template of a result that holds marks; null when one of them cannot be left open. */
  static find(result: object, marks: Marks): JsonTemplate | null {
    const parts = new Writer<Place>((value) => marks.findPlace(value), marks).write(result);
    const repeated = parts.filter((part) => typeof part !== 'string' && 'element' in part);
    // Custom fields of which neither key nor value shows leave no mark to tell them by.
    return repeated.length === marks.customInfoReads ? new JsonTemplate(parts) : null;
  }

  get hasGroups(): boolean {
    return this.parts.some(
      (part) => typeof part !== 'string' && 'place' in part && part.place === 'friendGroups',
    );
  }

  fill({ event, cursor }: Delivery, entry: FriendInfo, groups: readonly string[]): string {
    let text = '';
    for (const part of this.parts) {
      if (typeof part === 'string') text += part;
      else if ('element' in part) text += fillFields(part.element, entry);
      else if (part.place === 'seq') text += String(event.seq);
      else if (part.place === 'cursor') text += `"${cursor}"`;
      else if (part.place === 'friendGroups') text += JSON.stringify(groups);
      else text += JSON.stringify(entry[part.place]);
    }
    return text;
  }
}

function fillFields(element: readonly Part<FieldPlace>[], { friendCustomInfo }: FriendInfo): string {
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

function createSecret(): string {
  return randomBytes(16).toString('hex');
}
