import { badInput } from '../errors';
import { findTextProblem } from './text';

export interface CustomFieldValue {
  /** 1–8 letters. */
  key: string;
  value: string;
}

const NONE: readonly CustomFieldValue[] = Object.freeze([]);

/** What is stored of a list of fields, as it was stored. */
export function parseCustomFields(json: string): readonly CustomFieldValue[] {
  // Most have none, and a page has many.
  return json === '[]' ? NONE : (JSON.parse(json) as CustomFieldValue[]);
}

interface CustomFieldLimits {
  customFields: number;
  customValueBytes: number;
}

/** Throws BAD_USER_INPUT for a key that is not 1–8 letters or stands twice, and for a value past its limit. */
export function requireCustomFields(
  argument: string,
  fields: readonly CustomFieldValue[],
  limits: CustomFieldLimits,
): void {
  const keys = new Set<string>();
  for (const { key, value } of fields) {
    if (!/^[A-Za-z]{1,8}$/.test(key)) {
      throw badInput(`A key of "${argument}" must be 1 to 8 letters.`, { field: argument });
    }
    if (keys.has(key)) throw badInput(`"${argument}" gives the key "${key}" twice.`, { field: argument });
    keys.add(key);
    const problem = findTextProblem(value, limits.customValueBytes);
    if (problem !== null)
      throw badInput(`The value of "${key}" in "${argument}" ${problem}.`, { field: argument });
  }
}

/**
 * The fields after the changes, sorted by key; an empty value removes its key. Throws BAD_USER_INPUT when they grow past
 * the limit: those that are more since it was lowered may stay, and become fewer.
 */
export function mergeCustomFields(
  before: readonly CustomFieldValue[],
  changes: readonly CustomFieldValue[],
  limits: CustomFieldLimits,
): CustomFieldValue[] {
  const merged = new Map(before.map(({ key, value }) => [key, value]));
  for (const { key, value } of changes) {
    if (value === '') merged.delete(key);
    else merged.set(key, value);
  }
  if (merged.size > limits.customFields && merged.size > before.length) {
    throw badInput(`There would be ${merged.size} custom fields, the limit is ${limits.customFields}.`);
  }
  return [...merged].map(([key, value]) => ({ key, value })).sort((a, b) => (a.key < b.key ? -1 : 1));
}
