import * as fc from 'fast-check';

/** JSON as it may be written, which no serializer would write; and some that is none. */
const ODD = [
  '1e400',
  '-0',
  '9007199254740993',
  '1e-400',
  '-1',
  '2147483648',
  '1.5',
  `1${'0'.repeat(400)}`,
  '01',
  'NaN',
  'nul',
  '',
  '"\\ud800"',
  '"\\udc00\\ud800"',
  '"\\u0000"',
  '"a\\u0000b"',
  '"\\x"',
  '"\u0000"',
  '"\u2028"',
  `"${'x'.repeat(3000)}"`,
  '{"__proto__":{"a":1}}',
  '{"constructor":{"prototype":{"a":1}}}',
  '{"a":1,"a":2}',
  '{"":0}',
  '{"toString":1,"valueOf":1}',
  '[[[[[[[[[[]]]]]]]]]]',
  '[',
  '}',
  '{"a"',
  '\ufeff{}',
  '"Bearer x"',
  '{"length":-1}',
  '{"then":1}',
  '{"toJSON":1}',
];
const DEEP = [60, 64, 65, 1_000, 20_000, 100_000];

/** Some of them to be read, some too deep, some without an end. */
export const deepTexts = fc
  .tuple(fc.constantFrom(...DEEP), fc.constantFrom('[', '{"a":'), fc.boolean())
  .map(([levels, open, isWhole]) =>
    isWhole ? `${open.repeat(levels)}1${(open === '[' ? ']' : '}').repeat(levels)}` : open.repeat(levels),
  );

/** Texts that are JSON, and some that are not. Some are very deep. */
export function jsonTexts(leaves: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const { value } = fc.letrec<{ value: string }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      { arbitrary: leaves, weight: 6 },
      { arbitrary: fc.constantFrom(...ODD, 'null', 'true', '""', '[]', '{}', '7'), weight: 6 },
      { arbitrary: fc.json({ maxDepth: 2 }), weight: 1 },
      {
        arbitrary: deepTexts,
        weight: 1,
      },
      {
        arbitrary: fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join(',')}]`),
        weight: 2,
      },
      {
        arbitrary: fc
          .array(
            fc.tuple(fc.constantFrom('a', 'b', 'id', '__proto__', 'userID', 'first', ''), tie('value')),
            {
              maxLength: 4,
            },
          )
          .map(toObject),
        weight: 2,
      },
    ),
  }));
  return value;
}

/** Keeps keys that come twice. */
export function toObject(entries: readonly (readonly [string, string])[]): string {
  return `{${entries.map(([key, text]) => `${JSON.stringify(key)}:${text}`).join(',')}}`;
}
