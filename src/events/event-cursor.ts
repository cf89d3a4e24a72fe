import { badInput } from '../errors';

const NOT_FOR_URLS = /[+/]/;

/** A place in one user's stream. The cursor is its opaque form. */
export interface EventPlace {
  epoch: string;
  seq: number;
}

/**
 * The cursor, in base64url, carries its user, so that one kept by a device of another account is refused instead of
 * misread. Thousands are made for one change, and `btoa` takes half as long as a buffer does.
 */
export function toEventCursor(userID: string, { epoch, seq }: EventPlace): string {
  const place = `${epoch} ${seq} ${userID}`;
  const rest = place.length % 3;
  const text = rest === 0 ? btoa(place) : btoa(place).slice(0, rest - 3);
  return NOT_FOR_URLS.test(text) ? text.replaceAll('+', '-').replaceAll('/', '_') : text;
}

/** Throws BAD_USER_INPUT for a text that is not a cursor of this user's stream. */
export function requireEventPlace(userID: string, cursor: string): EventPlace {
  const match = /^([0-9a-z]+) (0|[1-9]\d{0,14}) ([!-~]+)$/.exec(Buffer.from(cursor, 'base64url').toString());
  const place = { epoch: match?.[1] ?? '', seq: Number(match?.[2]) };
  // One spelling per place: also refuses what base64 would tolerate.
  if (match === null || toEventCursor(userID, place) !== cursor) {
    throw badInput('"after" is not a cursor of this user\'s event stream.', { argument: 'after' });
  }
  return place;
}
