/**
 * A text whose characters are the bytes of another one's UTF-8: its length is theirs, parts of it can be put together,
 * and a socket takes it as `latin1` without encoding anything.
 */
export type ByteText = string;

/** ASCII, which nearly every text is, is its own. */
export function toByteText(text: string): ByteText {
  return Buffer.byteLength(text) === text.length ? text : Buffer.from(text).toString('latin1');
}
