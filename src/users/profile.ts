import { badInput } from '../errors';
import { requireCustomFields, mergeCustomFields, type CustomFieldValue } from '../lib/custom-fields';
import { findTextProblem } from '../lib/text';
import type { Limits } from '../limits';

export type Gender = 'UNKNOWN' | 'MALE' | 'FEMALE';
export type AllowType = 'ALLOW_ANY' | 'NEED_CONFIRM' | 'DENY_ANY';
/** Whether an administrator forbids the user to send friend requests. */
export type AdminForbidType = 'NONE' | 'SEND_OUT';

/** What a user may write of a profile. */
export interface ProfileFields {
  nickName: string;
  faceUrl: string;
  selfSignature: string;
  gender: Gender;
  /** YYYYMMDD, 0 when unset. */
  birthday: number;
  allowType: AllowType;
  role: number;
  level: number;
  /** Sorted by key. */
  customInfo: readonly CustomFieldValue[];
}

export interface Profile extends ProfileFields {
  id: string;
  createdAt: Date;
  updatedAt: Date;
}

/** A change of a profile: a field that is missing, undefined or null stays as it is. */
export type ProfileChanges = { [Field in keyof ProfileFields]?: ProfileFields[Field] | null | undefined };

/** Of an object, besides its texts. Measured: see docs/operations.md. */
const PROFILE_BYTES = 360;
/** Of a custom field, besides its texts. */
const FIELD_CHARACTERS = 40;

/** About what a profile takes of memory. */
export function toProfileBytes(profile: Profile): number {
  const { id, nickName, faceUrl, selfSignature, customInfo } = profile;
  let characters = id.length + nickName.length + faceUrl.length + selfSignature.length;
  for (const { key, value } of customInfo) characters += FIELD_CHARACTERS + key.length + value.length;
  // Two bytes a character: text that is not Latin takes that.
  return PROFILE_BYTES + 2 * characters;
}

/** Somebody who was never heard of before: everything unset, and requests need the user's word. */
export const EMPTY_PROFILE: ProfileFields = {
  nickName: '',
  faceUrl: '',
  selfSignature: '',
  gender: 'UNKNOWN',
  birthday: 0,
  allowType: 'NEED_CONFIRM',
  role: 0,
  level: 0,
  customInfo: [],
};

const FIELDS = Object.keys(EMPTY_PROFILE) as (keyof ProfileFields)[];
const TEXT_FIELDS = ['nickName', 'faceUrl', 'selfSignature'] as const;
const NUMBER_FIELDS = ['role', 'level'] as const;

/**
 * The profile after the changes; `before` itself when they change nothing. Throws BAD_USER_INPUT, naming the field
 * and its size, when a value is past its limit.
 */
export function applyProfileChanges<Before extends ProfileFields>(
  before: Before,
  changes: ProfileChanges,
  limits: Limits,
): Before {
  requireValid(changes, limits);
  const given = FIELDS.filter((field) => changes[field] !== undefined && changes[field] !== null);
  const values = Object.fromEntries(given.map((field) => [field, changes[field]])) as Partial<ProfileFields>;
  const customInfo = mergeCustomFields(before.customInfo, changes.customInfo ?? [], limits);
  const after = { ...before, ...values, customInfo };
  const same = FIELDS.every((field) => JSON.stringify(after[field]) === JSON.stringify(before[field]));
  return same ? before : after;
}

function requireValid(changes: ProfileChanges, limits: Limits): void {
  for (const field of TEXT_FIELDS) {
    const problem = findTextProblem(changes[field] ?? '', limits.profileTextBytes);
    if (problem !== null) throw badInput(`"${field}" ${problem}.`, { field });
  }
  for (const field of NUMBER_FIELDS) {
    if ((changes[field] ?? 0) < 0) throw badInput(`"${field}" must not be negative.`, { field });
  }
  if (!isBirthday(changes.birthday ?? 0)) {
    throw badInput('"birthday" must be a real date as YYYYMMDD, or 0 for none.', { field: 'birthday' });
  }
  requireCustomFields('customInfo', changes.customInfo ?? [], limits);
}

function isBirthday(value: number): boolean {
  if (value === 0) return true;
  const match = /^(\d{4})(\d{2})(\d{2})$/.exec(String(value));
  if (match === null) return false;
  const iso = `${String(match[1])}-${String(match[2])}-${String(match[3])}`;
  const date = new Date(`${iso}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso);
}
