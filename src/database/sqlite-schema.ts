import { migrations } from './schema';
import type { SqliteHandle } from './sqlite-driver';

/** A file is not a database of Amicus that this version can use; the message says what to do. */
export class DatabaseFileError extends Error {
  override readonly name = 'DatabaseFileError';
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
