import { migrations } from './schema';
import { findSqliteCode, type SqliteHandle } from './sqlite-driver';

/** A file is not a database of Amicus that this version can use; the message says what to do. */
export class DatabaseFileError extends Error {
  override readonly name = 'DatabaseFileError';
}

/** What SQLite says of a file that is no database, or a damaged one, with the name of the file; another error as it is. */
export function toFileError(error: unknown, file: string): unknown {
  const code = findSqliteCode(error);
  if (code === 'SQLITE_NOTADB') return new DatabaseFileError(`${file} is not a database of Amicus.`);
  if (code?.startsWith('SQLITE_CORRUPT') !== true) return error;
  return new DatabaseFileError(`${file} is damaged: ${String(error)}`);
}

const known = migrations.map((migration) => migration.name);

/**
 * Throws DatabaseFileError unless the file has the schema of this version: exactly, or this one or an older one, which
 * opening it for writing brings up.
 */
export function requireSqliteSchema(
  handle: SqliteHandle,
  file: string,
  wanted: 'exactly' | 'or older',
): void {
  const applied = loadApplied(handle);
  if (applied.length === 0) throw new DatabaseFileError(`${file} is not a database of Amicus.`);
  refuseNewer(applied, file);
  if (wanted === 'exactly' && applied.length < known.length) {
    throw new DatabaseFileError(
      `${file} has not got the schema of this version yet: run \`amicus migrate\` first.`,
    );
  }
}

/** Throws DatabaseFileError for a file that a newer version has migrated; one without any schema passes. */
export function refuseNewerSqlite(handle: SqliteHandle, file: string): void {
  refuseNewer(loadApplied(handle), file);
}

function refuseNewer(applied: readonly string[], file: string): void {
  const unknown = applied.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw new DatabaseFileError(
    `${file} has a schema that this version of Amicus does not know (${unknown.join(', ')}): ` +
      'use the version that made it, or a newer one.',
  );
}

function loadApplied(handle: SqliteHandle): string[] {
  const isThere = handle.prepare(`SELECT 1 FROM sqlite_master WHERE name = 'migrations'`).all().length > 0;
  return isThere
    ? handle
        .prepare('SELECT name FROM migrations')
        .all()
        .map(({ name }) => String(name))
    : [];
}
