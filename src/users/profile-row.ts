import { parseCustomFields, type CustomFieldValue } from '../lib/custom-fields';
import { TextRoom } from '../lib/text-room';
import { toProfileBytes, type AllowType, type Gender, type Profile } from './profile';

/** The columns of a profile, of the user `u`, in the order in which `RowProfile` takes them. */
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

/**
 * The profile whose columns begin at `at` in the row; the user must exist. Thousands are held, so its moments are numbers
 * that need no object of their own, and dates are made when they are asked for.
 */
export class RowProfile extends TextRoom implements Profile {
  // These first, and so beside the texts in memory: they are looked at whenever a profile is shown, and the others are not.
  readonly #updatedSeconds: number;
  readonly #updatedMs: number;
  readonly #createdSeconds: number;
  readonly #createdMs: number;
  readonly id: string;
  readonly nickName: string;
  readonly faceUrl: string;
  readonly selfSignature: string;
  readonly gender: Gender;
  readonly birthday: number;
  readonly allowType: AllowType;
  readonly role: number;
  readonly level: number;
  readonly customInfo: readonly CustomFieldValue[];
  /** About what it takes of memory. */
  readonly bytes: number;
  /** How many viewers have it as their copy of a stranger: counted where those are kept. */
  copies = 0;

  constructor(row: readonly unknown[], at: number) {
    super();
    this.id = row[at + 2] as string;
    this.nickName = row[at + 3] as string;
    this.faceUrl = row[at + 4] as string;
    this.selfSignature = row[at + 5] as string;
    this.gender = row[at + 6] as Gender;
    this.birthday = row[at + 7] as number;
    this.allowType = row[at + 8] as AllowType;
    this.role = row[at + 9] as number;
    this.level = row[at + 10] as number;
    this.customInfo = parseCustomFields(row[at + 11] as string);
    const [createdAtMs, updatedAtMs] = [row[at] as number, row[at + 1] as number];
    this.#createdMs = createdAtMs % 1_000;
    this.#createdSeconds = (createdAtMs - this.#createdMs) / 1_000;
    this.#updatedMs = updatedAtMs % 1_000;
    this.#updatedSeconds = (updatedAtMs - this.#updatedMs) / 1_000;
    this.bytes = toProfileBytes(this);
  }

  get createdAt(): Date {
    return new Date(this.#createdSeconds * 1_000 + this.#createdMs);
  }

  get updatedAt(): Date {
    return new Date(this.#updatedSeconds * 1_000 + this.#updatedMs);
  }

  /** Of one user: each change has a later moment. */
  isSameVersion(other: RowProfile): boolean {
    return (
      other.#updatedSeconds === this.#updatedSeconds &&
      other.#updatedMs === this.#updatedMs &&
      other.#createdSeconds === this.#createdSeconds &&
      other.#createdMs === this.#createdMs
    );
  }

  /** Whether this is the version that stands at `at` in the row. */
  isVersionIn(row: readonly unknown[], at: number): boolean {
    return (
      row[at + 1] === this.#updatedSeconds * 1_000 + this.#updatedMs &&
      row[at] === this.#createdSeconds * 1_000 + this.#createdMs
    );
  }
}
