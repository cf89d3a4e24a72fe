/**
 * The same text with memory of its own. What was cut out of a longer one, as a literal is out of the text of a document,
 * keeps all of that one: to be called before such a text is kept for longer than the request that brought it. Not for
 * texts with half of a surrogate pair.
 */
export function toOwnText(text: string): string {
  return Buffer.from(text).toString();
}
