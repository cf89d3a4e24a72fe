import * as fc from 'fast-check';

/** Cursors that the server gave, and such as are nearly like them: in their own letters, or in what these stand for. */
export function cursors(real: readonly string[]): fc.Arbitrary<string> {
  const given = fc.constantFrom(...real);
  const spoilt = fc
    .tuple(given, fc.nat(60), fc.string({ maxLength: 3, unit: 'binary' }))
    .map(([cursor, at, text]) => splice(cursor, at, text));
  const decoded = fc
    .tuple(
      given,
      fc.nat(60),
      fc.constantFrom('', '0', '-1', '1e400', '99999999999999999999', '"', ' ', '\0', '\u00e9', 'null', '[['),
    )
    .map(([cursor, at, text]) => {
      const plain = Buffer.from(cursor, 'base64url').toString();
      return Buffer.from(splice(plain, at, text)).toString('base64url');
    });
  return fc.oneof(given, spoilt, decoded);
}

function splice(text: string, at: number, put: string): string {
  return `${text.slice(0, at)}${put}${text.slice(at + 1)}`;
}
