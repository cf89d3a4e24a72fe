import { hashPair } from './random.mjs';

/** No row of the data is younger, so whatever is was added by a server. */
export const DATA_END_MS = Date.UTC(2026, 0, 1);
const THREE_YEARS_MS = 3 * 365 * 86_400_000;
const GENDERS = ['UNKNOWN', 'MALE', 'FEMALE'];

export const toUserID = (index) => `user-${String(index).padStart(7, '0')}`;
export const toIndex = (userID) => Number(userID.slice('user-'.length));

/** A row of the user table, by its columns. */
export function toUserRow(index) {
  const hash = hashPair(index, 1);
  const createdAt = DATA_END_MS - THREE_YEARS_MS - (hash % THREE_YEARS_MS);
  return {
    id: toUserID(index),
    nick_name: `Nick ${String(index)}`,
    face_url: `https://faces.example.org/${String(hash)}/${String(index)}.png`,
    self_signature: `Signature of user ${String(index)}: “good things come in ${String(hash % 9)}s”`,
    gender: GENDERS[hash % 3],
    birthday: 19_500_101 + (hash % 60) * 10_000,
    // Nobody has to confirm, so that adding a friend does.
    allow_type: 'ALLOW_ANY',
    admin_forbid_type: 'NONE',
    role: hash % 4,
    level: hash % 100,
    custom_info: hash % 4 === 0 ? `[{"key":"City","value":"Town ${String(hash % 1000)}"}]` : '[]',
    created_at: createdAt,
    updated_at: createdAt,
  };
}

/** What the data says of an edge besides its ends; in both lists of two-way friends the moment is the same. */
export function toEdgeNotes(owner, friend) {
  const hash = hashPair(Math.min(owner, friend), Math.max(owner, friend));
  return {
    remark: hashPair(owner, friend) % 3 === 0 ? `Remark ${String(friend)}` : '',
    created_at: DATA_END_MS - 1 - ((hash * 23) % THREE_YEARS_MS),
  };
}

/** The columns that are the same in every row of the friend table. */
export const EDGE_CONSTANTS = { add_source: 'AddSource_Type_Search', add_wording: '', custom_info: '[]' };
