/** What a text was read as, or what it should have been ("a number from 0 to 65535"). */
export type Parsed<Value> = { readonly value: Value } | { readonly expected: string };

/** One setting that is read from a text. */
export interface Setting<Value> {
  /** The environment variable. */
  readonly name: string;
  /** Used when the variable is unset or empty. "" stands for none. */
  readonly default: string;
  /** One sentence for the manual. */
  readonly description: string;
  /** The value may hold a password or key: it must not be shown, not even when it is wrong. */
  readonly secret?: true;
  parse(text: string): Parsed<Value>;
}

export function toText(text: string): Parsed<string> {
  return { value: text };
}

/** An absent setting is null, whatever else is asked of a present one. */
export function optional<Value>(
  parse: (text: string) => Parsed<Value>,
): (text: string) => Parsed<Value | null> {
  return (text) => (text === '' ? { value: null } : parse(text));
}

/** Decimal digits only: no sign, point, exponent or blank. Both bounds are allowed values. */
export function toInteger(minimum: number, maximum: number): (text: string) => Parsed<number> {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
    return value >= minimum && value <= maximum
      ? { value }
      : { expected: `a whole number from ${minimum} to ${maximum}` };
  };
}

/** Upper and lower case count alike. */
export function toSwitch(text: string): Parsed<boolean> {
  const word = text.toLowerCase();
  if (['on', 'true', '1'].includes(word)) return { value: true };
  if (['off', 'false', '0'].includes(word)) return { value: false };
  return { expected: 'on or off (also true, false, 1, 0)' };
}

export function toChoice<Choice extends string>(
  choices: readonly Choice[],
): (text: string) => Parsed<Choice> {
  return (text) => {
    const value = choices.find((choice) => choice === text);
    return value === undefined ? { expected: `one of ${choices.join(', ')}` } : { value };
  };
}

/** The text itself, unchanged, when it is a URL with one of the schemes. */
export function toUrl(...schemes: readonly string[]): (text: string) => Parsed<string> {
  const expected = toExpected(schemes);
  return (text) => {
    const isFit =
      URL.canParse(text) && schemes.some((scheme) => text.toLowerCase().startsWith(`${scheme}://`));
    return isFit ? { value: text } : { expected };
  };
}

/** One such URL with a host, or several, with commas between them. */
export function toUrls(...schemes: readonly string[]): (text: string) => Parsed<readonly string[]> {
  const parse = toUrl(...schemes);
  const expected = `${toExpected(schemes)} with a host, or several with commas between them`;
  return (text) => {
    const urls: string[] = [];
    for (const part of text.split(',')) {
      const parsed = parse(part.trim());
      if (!('value' in parsed) || new URL(parsed.value).hostname === '') return { expected };
      urls.push(parsed.value);
    }
    return { value: urls };
  };
}

function toExpected(schemes: readonly string[]): string {
  return `a URL beginning with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`;
}

/** Origins as browsers write them, or `*`, with commas between them; none for an empty text. */
export function toOrigins(text: string): Parsed<readonly string[]> {
  const origins = text === '' ? [] : text.split(',').map((part) => part.trim());
  const isFit = origins.every(
    (part) => part === '*' || (URL.canParse(part) && new URL(part).origin === part),
  );
  return isFit
    ? { value: origins }
    : { expected: 'origins such as https://app.example, with commas between them, or *' };
}

/** A shared secret: HS256 wants at least as many bytes of key as its hash has. */
export function toSecret(minimumBytes: number): (text: string) => Parsed<string> {
  return (text) =>
    Buffer.byteLength(text) >= minimumBytes
      ? { value: text }
      : { expected: `at least ${minimumBytes} bytes` };
}
