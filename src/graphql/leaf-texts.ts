import { isEnumType, type GraphQLLeafType } from 'graphql';
import { toByteText, type ByteText } from '../lib/byte-text';
import { toIsoTime } from '../lib/iso-time';
import { NotPlainError } from './not-plain';

/** Gives the JSON text of a value that is neither null nor undefined. Throws at one that the type does not have. */
export type WriteLeaf = (value: unknown) => ByteText;

/** Of what nearly all answers are made of; null for a value that is not of the usual kind. */
const USUAL: Readonly<Record<string, (value: unknown) => ByteText | null>> = {
  ID: writeText,
  String: writeText,
  Int: (value) => (typeof value === 'number' && (value | 0) === value ? String(value) : null),
  Boolean: (value) => (typeof value === 'boolean' ? String(value) : null),
  DateTime: (value) => (value instanceof Date ? `"${toIsoTime(value)}"` : null),
};

export function createLeafWriter(type: GraphQLLeafType): WriteLeaf {
  const write = (value: unknown): ByteText => toJson(type.serialize(value));
  if (isEnumType(type)) {
    const texts = new Map<unknown, ByteText>(
      type.getValues().map(({ name, value }) => [value, JSON.stringify(name)]),
    );
    return (value) => texts.get(value) ?? write(value);
  }
  const writeUsual = USUAL[type.name];
  return writeUsual === undefined ? write : (value) => writeUsual(value) ?? write(value);
}

/** Longer ones are written faster as a whole. */
const SHORT = 64;
const [BLANK, QUOTE, BACKSLASH, TILDE] = [0x20, 0x22, 0x5c, 0x7e];

/** `JSON.stringify` takes three times as long for a short text that stands in JSON as it is. */
function writeText(value: unknown): ByteText | null {
  if (typeof value !== 'string') return null;
  if (value.length > SHORT) return toByteText(JSON.stringify(value));
  for (let at = 0; at < value.length; at++) {
    const unit = value.charCodeAt(at);
    if (unit < BLANK || unit > TILDE || unit === QUOTE || unit === BACKSLASH)
      return toByteText(JSON.stringify(value));
  }
  return `"${value}"`;
}

function toJson(value: unknown): ByteText {
  // Nothing is what `undefined` would become.
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw new NotPlainError();
  return toByteText(text);
}
