import { badInput, toItemResult, type ItemResult, type ResultCode } from '../errors';
import { isUserID } from './user-id';

/** The ids of one call: each once, in the order first asked; those that cannot be user ids apart. */
export interface IdList {
  valid: string[];
  /** What the call answers, one item per id asked, in the order asked. */
  answer<Item>(invalid: (userID: string) => Item, results: ReadonlyMap<string, Item>): Item[];
  /** The same, of one code per valid id, in the order of `valid`. */
  answerCodes(codes: readonly ResultCode[]): ItemResult[];
}

/** Throws BAD_USER_INPUT, naming the argument, when there are more ids than one call may carry. */
export function requireIdList(argument: string, userIDs: readonly string[], max: number): IdList {
  requireCount(argument, userIDs.length, max);
  const valid: string[] = [];
  for (const userID of new Set(userIDs)) if (isUserID(userID)) valid.push(userID);
  return {
    valid,
    answer: (invalid, results) => userIDs.map((userID) => results.get(userID) ?? invalid(userID)),
    answerCodes: (codes) => {
      const results = new Map(valid.map((userID, index) => [userID, codes[index]]));
      return userIDs.map((userID) => toItemResult(userID, results.get(userID) ?? 'INVALID_PARAMETERS'));
    },
  };
}

export function requireCount(argument: string, count: number, max: number): void {
  if (count > max) {
    throw badInput(`"${argument}" has ${count} items, one call may carry ${max}.`, { argument });
  }
}
