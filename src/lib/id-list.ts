import { badInput } from '../errors';
import { isUserID } from './user-id';

/** The ids of one call: each once, in the order first asked; those that cannot be user ids apart. */
export interface IdList {
  valid: string[];
  /** What the call answers, one item per id asked, in the order asked. */
  answer<Item>(invalid: (userID: string) => Item, results: ReadonlyMap<string, Item>): Item[];
}

/** Throws BAD_USER_INPUT, naming the argument, when there are more ids than one call may carry. */
export function requireIdList(argument: string, userIDs: readonly string[], max: number): IdList {
  requireCount(argument, userIDs.length, max);
  const valid: string[] = [];
  for (const userID of new Set(userIDs)) if (isUserID(userID)) valid.push(userID);
  return {
    valid,
    answer: (invalid, results) => userIDs.map((userID) => results.get(userID) ?? invalid(userID)),
  };
}

export function requireCount(argument: string, count: number, max: number): void {
  if (count > max) {
    throw badInput(`"${argument}" has ${count} items, one call may carry ${max}.`, { argument });
  }
}
