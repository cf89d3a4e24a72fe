/**
 * What is wrong with a text that a user gave, or null when nothing is. Lengths are bytes of UTF-8, never characters;
 * the text must be well-formed Unicode without NUL, so that every engine stores it and gives it back byte for byte.
 */
export function findTextProblem(text: string, maxBytes: number): string | null {
  if (!text.isWellFormed()) return 'is not well-formed Unicode (it holds half of a surrogate pair)';
  if (text.includes('\0')) return 'holds a NUL character';
  const bytes = Buffer.byteLength(text);
  if (bytes > maxBytes) return `has ${bytes} bytes of UTF-8, the limit is ${maxBytes}`;
  return null;
}
