/** A statement in SQLite's form: `sql` has a `?` for each value, to be bound in this order. */
export interface SqliteText {
  readonly sql: string;
  /** For each `?` the index of its value; null when the values can be bound as they are. */
  readonly order: readonly number[] | null;
  /** How many values the statement takes: its highest `$n`. */
  readonly valueCount: number;
}

/** A string, a quoted name, a comment (left alone) or a placeholder. */
const TOKEN = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|\$(\d+)/g;

/** Turns `$1`, `$2`, …, in any order and as often as wanted, into `?`. */
export function toSqliteText(text: string): SqliteText {
  const order: number[] = [];
  const sql = text.replace(TOKEN, (token: string, digits: string | undefined) => {
    if (digits === undefined) return token;
    const index = Number(digits) - 1;
    if (index < 0) throw new Error(`Placeholders begin at $1: ${text}`);
    order.push(index);
    return '?';
  });
  const valueCount = order.reduce((count, index) => Math.max(count, index + 1), 0);
  const asGiven = order.length === valueCount && order.every((index, position) => index === position);
  return { sql, order: asGiven ? null : order, valueCount };
}
