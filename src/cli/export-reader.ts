import type { SqlValue } from '../database/sql';
import { tables, type Table, type TableColumn } from '../database/tables';
import { hasIsoTime } from '../lib/iso-time';
import { readLines } from '../lib/lines';
import { CommandError } from './failure';
import { type ExportFooter, FORMAT_VERSION, header, type UserEnd } from './export-format';

/** More than any row takes: an event tells of one call, whose body has 1 MiB. */
const MAX_LINE_BYTES = 16 * 1024 * 1024;

type ExportEntry =
  | {
      readonly kind: 'row';
      readonly table: Table;
      readonly userID: string;
      readonly values: readonly SqlValue[];
    }
  | ({ readonly kind: 'userEnd' } & UserEnd)
  | ({ readonly kind: 'footer' } & ExportFooter);

export type ExportLine = { readonly line: number } & ExportEntry;

/**
 * The lines of an export behind its header, each of its form. Throws CommandError for a file that is none, that was
 * made by another version, whose footer is missing, or behind whose footer something follows.
 */
export async function* readExport(
  source: AsyncIterable<Uint8Array>,
  label: string,
): AsyncGenerator<ExportLine, void> {
  const byName = new Map(tables.map((table) => [table.name, table]));
  let isComplete = false;
  let hasHeader = false;
  for await (const read of readLines(source, MAX_LINE_BYTES)) {
    const place = `${label}:${read.line}`;
    const refuse = (problem: string): CommandError =>
      new CommandError(`${place}: ${problem}; nothing was imported`);
    if ('problem' in read) throw refuse(read.problem);
    if (isComplete) throw refuse('follows the end');
    const value = parse(read.text);
    if (!hasHeader) {
      requireHeader(value, label);
      hasHeader = true;
      continue;
    }
    const found = Array.isArray(value) ? toRow(value, byName) : toEnd(value);
    if (found === null) throw refuse('is not a line of an export');
    isComplete = found.kind === 'footer';
    yield { line: read.line, ...found };
  }
  if (!hasHeader) requireHeader(null, label);
  if (!isComplete) throw new CommandError(`${label} breaks off before its end; nothing was imported`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function requireHeader(value: unknown, label: string): void {
  const read = (value ?? {}) as Partial<typeof header>;
  if (read.amicus !== 'export') throw new CommandError(`${label} is not an export of Amicus`);
  if (read.version !== FORMAT_VERSION) {
    throw new CommandError(
      `${label} has format ${String(read.version)}, and this version of Amicus reads format ${FORMAT_VERSION}`,
    );
  }
  const isSame =
    JSON.stringify([read.schema, read.tables]) === JSON.stringify([header.schema, header.tables]);
  if (isSame) return;
  throw new CommandError(
    `${label} is of a database with another schema (${String(read.schema)}): export and import with the same version of Amicus`,
  );
}

function toRow(
  [name, ...values]: readonly unknown[],
  byName: ReadonlyMap<unknown, Table>,
): ExportEntry | null {
  const table = byName.get(name);
  if (table?.columns.length !== values.length) return null;
  if (!table.columns.every((column, index) => fits(column, values[index]))) return null;
  const userID = values[table.columns.findIndex((column) => column.name === table.key[0])] as string;
  return { kind: 'row', table, userID, values: values as SqlValue[] };
}

/** Whether every server can store and show the value: a moment as RFC 3339, another number as GraphQL's Int. */
function fits({ type, isMoment, isNullable }: TableColumn, value: unknown): boolean {
  if (value === null) return isNullable;
  if (type === 'text') return typeof value === 'string';
  if (!Number.isSafeInteger(value)) return false;
  return isMoment ? hasIsoTime(new Date(value as number)) : value === ((value as number) | 0);
}

function toEnd(value: unknown): ExportEntry | null {
  const end = (value ?? {}) as Partial<UserEnd & ExportFooter>;
  if (end.end === true) return { kind: 'footer', ...(end as ExportFooter) };
  return typeof end.user === 'string' && typeof end.digest === 'string'
    ? { kind: 'userEnd', user: end.user, digest: end.digest }
    : null;
}
