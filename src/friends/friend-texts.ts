import { badInput } from '../errors';
import { findTextProblem } from '../lib/text';
import type { Limits } from '../limits';

const SOURCE_PREFIX = 'AddSource_Type_';

/** Null counts as none, which is empty. Throws BAD_USER_INPUT past the limit. */
export function requireRemark(remark: string | null | undefined, limits: Limits): string {
  return requireText('friendRemark', remark, limits.remarkBytes);
}

/** Null counts as none, which is empty. Throws BAD_USER_INPUT past the limit. */
export function requireWording(wording: string | null | undefined, limits: Limits): string {
  return requireText('addWording', wording, limits.wordingBytes);
}

/**
 * A source with its prefix, which is added when missing; null and empty stand for none. Throws BAD_USER_INPUT when
 * what follows the prefix is not 1–8 letters.
 */
export function requireSource(source: string | null | undefined): string {
  if (source === null || source === undefined || source === '') return '';
  const keyword = source.startsWith(SOURCE_PREFIX) ? source.slice(SOURCE_PREFIX.length) : source;
  if (!/^[A-Za-z]{1,8}$/.test(keyword)) {
    throw badInput('"addSource" must be 1 to 8 letters, with or without "AddSource_Type_" before them.', {
      field: 'addSource',
    });
  }
  return SOURCE_PREFIX + keyword;
}

/** Whether a group may be given this name. */
export function isGroupName(name: string, limits: Limits): boolean {
  return name !== '' && findTextProblem(name, limits.groupNameBytes) === null;
}

/** Whether there may be a group of this name: one that was made before the limit was lowered has a longer one. */
export function mayNameGroup(name: string): boolean {
  return name !== '' && findTextProblem(name, Infinity) === null;
}

function requireText(field: string, text: string | null | undefined, maxBytes: number): string {
  const problem = findTextProblem(text ?? '', maxBytes);
  if (problem !== null) throw badInput(`"${field}" ${problem}.`, { field });
  return text ?? '';
}
