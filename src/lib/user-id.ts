import { badInput } from '../errors';

/**
 * Whether the text can be a user's id: 1–32 bytes of printable ASCII without blanks (0x21–0x7e), after the limits
 * table of rules.md. Case counts, and nothing is trimmed or folded.
 */
export function isUserID(text: string): boolean {
  return /^[\x21-\x7e]{1,32}$/.test(text);
}

/** What to tell of one that can be no user's. */
export const USER_ID_PROBLEM = '"userID" must be 1 to 32 bytes of printable ASCII without blanks.';

/** Throws BAD_USER_INPUT for a `userID`, an argument or the field of one, that can be no user's id. */
export function requireUserID(text: string, place: 'argument' | 'field'): void {
  if (isUserID(text)) return;
  throw badInput(USER_ID_PROBLEM, { [place]: 'userID' });
}
