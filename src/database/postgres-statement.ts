import { createHash } from 'node:crypto';
import type { QueryArrayConfig, QueryConfig } from 'pg';
import type { SqlValue } from './sql';

/** Named statements stay on each connection until it is closed; this is more than the repositories have. */
const MAX_NAMES = 500;

const names = new Map<string, string>();

const toNumber = (text: string): number => Number(text);
const toBoolean = (text: string): boolean => text === 't';
const toText = (text: string): string => text;

/** By the type's number in PostgreSQL's catalogue: bool, int8, int2, int4. Everything else stays text. */
const parsers = new Map<number, (text: string) => unknown>([
  [16, toBoolean],
  [20, toNumber],
  [21, toNumber],
  [23, toNumber],
]);

// Given with each statement, so that neither TypeORM's own nor another user of the driver sees other types.
const types = { getTypeParser: (type: number) => parsers.get(type) ?? toText };

/**
 * The statement as the driver takes it: parsed and planned once per connection, under a name that goes with its text
 * on whatever connection and in whatever process. A text over the limit of names is parsed anew each time.
 *
 * @param isKept - false where the next statement may be on another connection: it is parsed anew each time
 */
export function toPostgresStatement(sql: string, values: readonly SqlValue[], isKept: boolean): QueryConfig {
  const config: QueryConfig = { text: sql, values: [...values], types };
  const name = isKept ? (names.get(sql) ?? createName(sql)) : null;
  if (name !== null) config.name = name;
  return config;
}

/** The same statement, with each row of the answer as the list of its columns. */
export function toTupleStatement(statement: QueryConfig): QueryArrayConfig {
  return Object.assign(statement, { rowMode: 'array' as const });
}

function createName(sql: string): string | null {
  if (names.size >= MAX_NAMES) return null;
  // PostgreSQL cuts names after 63 bytes.
  const name = `amicus_${createHash('sha256').update(sql).digest('hex').slice(0, 40)}`;
  names.set(sql, name);
  return name;
}
