import type { ByteText } from '../lib/byte-text';

/** The bytes of a text, or those that have to be waited for. */
export type Text = ByteText | Promise<ByteText>;

/** What resolvers are given besides what they stand on. */
export interface Asking {
  context: unknown;
  /** As coerced. */
  variables: Record<string, unknown>;
}

/** Gives the JSON text of a value; throws, or rejects, at one that has no place there. */
export type Write = (value: unknown, asking: Asking) => Text;

/** The text between two others. */
export function encloseText(before: ByteText, text: Text, after: ByteText): Text {
  return typeof text === 'string' ? before + text + after : text.then((known) => before + known + after);
}

/** The parts in their order. Each is asked for before any is waited for, so that what they load is loaded together. */
export function joinTexts(count: number, toPart: (index: number) => Text): Text {
  let text = '';
  for (let index = 0; index < count; index++) {
    const part = toPart(index);
    if (typeof part !== 'string') return joinLater([text, part], index + 1, count, toPart);
    text += part;
  }
  return text;
}

async function joinLater(
  parts: Text[],
  from: number,
  count: number,
  toPart: (index: number) => Text,
): Promise<ByteText> {
  try {
    for (let index = from; index < count; index++) parts.push(toPart(index));
  } catch (error) {
    // Nobody waits for them any more: what becomes of them must not be taken for an error that nobody has caught.
    for (const part of parts) if (typeof part !== 'string') part.catch(() => undefined);
    throw error;
  }
  let text = '';
  for (const part of await Promise.all(parts.map(async (part) => part))) text += part;
  return text;
}
