import * as fc from 'fast-check';

type Change = (text: string, at: number, put: string) => string;

const CHANGES: readonly Change[] = [
  (text) => text,
  (text) => text,
  (text, at) => text.slice(0, at),
  (text, at, put) => text.slice(0, at) + put + text.slice(at),
  (text, at, put) => text.slice(0, at) + put + text.slice(at + put.length),
  (text, at) => text.slice(0, at) + text.slice(at / 2),
  (text, at) => text.slice(0, at) + text.slice(at + 1),
];
const BYTES = [
  '\0',
  '\n',
  '\r\n',
  '\r\n\r\n',
  ':',
  '\u00ff',
  '\u00c0\u0080',
  '\u00ed\u00a0\u0080',
  '"',
  '\\',
  '{',
  ' ',
  '0\r\n\r\n',
  '%',
  '%zz',
  '%00',
  '\u0088\u0080',
];

/** The same texts, of which some are cut, doubled in part, or have other bytes in them. Each character is a byte. */
export function spoil(texts: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(
      texts,
      fc.constantFrom(...CHANGES),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.constantFrom(...BYTES),
    )
    .map(([text, change, share, put]) => change(text, Math.floor(text.length * share), put));
}
