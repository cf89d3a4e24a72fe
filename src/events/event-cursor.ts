import { badInput } from '../errors';

/** A place in one user's stream. The cursor is its opaque form. */
export interface EventPlace {
  epoch: string;
  seq: number;
}

/** The cursor carries its user, so that one kept by a device of another account is refused instead of misread. */
export function toEventCursor(userID: string, { epoch, seq }: EventPlace): string {
  return Buffer.from(`${epoch} ${seq} ${userID}`, 'latin1').toString('base64url');
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
