/** What a statement does, in a closed set: the first word of it that says so. */
const KINDS = ['select', 'insert', 'update', 'delete', 'begin', 'commit', 'rollback'] as const;
export type StatementKind = (typeof KINDS)[number] | 'other';

export interface StatementDescription {
  kind: StatementKind;
  /** The kind and the table that it is about, where there is one: `SELECT user`. */
  summary: string;
}

/** Texts of statements are constant: no more than there are in the code. */
const MAX_KNOWN = 1_000;
const known = new Map<string, StatementDescription>();

export function describeStatement(sql: string): StatementDescription {
  const found = known.get(sql);
  if (found !== undefined) return found;
  const description = describe(sql);
  if (known.size < MAX_KNOWN) known.set(sql, description);
  return description;
}

function describe(statement: string): StatementDescription {
  // What SQLite is to do where it fails says nothing of what it does.
  const sql = statement.replace(/ or rollback\b/i, '');
  // Of a statement that begins with parts (WITH), the part that changes something says what it does.
  const words = sql
    .toLowerCase()
    .replaceAll('for update', '')
    .match(/\b(insert into|update|delete from|select|begin|commit|rollback)\b/g);
  const changing = words?.find((word) => /^(insert|update|delete)/.test(word));
  const kind = KINDS.find((each) => (changing ?? words?.[0] ?? '').startsWith(each)) ?? 'other';
  const table = new RegExp(TABLE_AFTER[kind] ?? '$^', 'i').exec(sql)?.[1];
  const verb = kind.toUpperCase();
  return { kind, summary: table === undefined ? verb : `${verb} ${table}` };
}

const TABLE_AFTER: Readonly<Partial<Record<StatementKind, string>>> = {
  select: String.raw`\bfrom\s+"?([a-z_]\w*)`,
  insert: String.raw`\binsert\s+into\s+"?(\w+)`,
  update: String.raw`\bupdate\s+(?!set\b|of\b|skip\b|nowait\b)"?(\w+)`,
  delete: String.raw`\bdelete\s+from\s+"?(\w+)`,
};
