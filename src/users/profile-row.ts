import { parseCustomFields } from '../lib/custom-fields';
import type { AllowType, Gender, Profile } from './profile';

/** The columns of a profile, of the user `u`, in the order in which `toProfile` takes them. */
export const PROFILE_COLUMNS = [
  'created_at',
  'updated_at',
  'id',
  'nick_name',
  'face_url',
  'self_signature',
  'gender',
  'birthday',
  'allow_type',
  'role',
  'level',
  'custom_info',
].map((name) => `u.${name}`);

/** The profile whose columns begin at `at` in the row; the user must exist. */
export function toProfile(row: readonly unknown[], at: number): Profile {
  return {
    id: row[at + 2] as string,
    nickName: row[at + 3] as string,
    faceUrl: row[at + 4] as string,
    selfSignature: row[at + 5] as string,
    gender: row[at + 6] as Gender,
    birthday: row[at + 7] as number,
    allowType: row[at + 8] as AllowType,
    role: row[at + 9] as number,
    level: row[at + 10] as number,
    customInfo: parseCustomFields(row[at + 11] as string),
    createdAt: new Date(row[at] as number),
    updatedAt: new Date(row[at + 1] as number),
  };
}
