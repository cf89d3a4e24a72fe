import type { SqliteHandle } from './sqlite-driver';
import { DatabaseFileError, requireSqliteSchema, toFileError } from './sqlite-schema';
import { openSqliteSnapshot } from './sqlite-snapshot';

const INCOMPLETE_STREAM = `SELECT user_id FROM event_stream AS stream
  WHERE head - floor <> (SELECT count(*) FROM event WHERE event.user_id = stream.user_id) LIMIT 1`;

const TABLES = `SELECT name FROM sqlite_master
  WHERE type = 'table' AND name <> 'migrations' AND name NOT LIKE 'sqlite_%' ORDER BY name`;

/**
 * Gives the number of rows of each table of a database that this version can use, if the file is sound: every page and
 * index, and no stream lacks an event. Throws DatabaseFileError otherwise, which calls the file by `name`.
 */
export function requireSoundSqlite(file: string, name = file): Record<string, number> {
  const handle = openSqliteSnapshot(file);
  try {
    requireSqliteSchema(handle, name, 'or older');
    const [found] = handle.prepare('PRAGMA integrity_check(1)').all();
    const verdict = String(found?.['integrity_check']);
    if (verdict !== 'ok') throw new DatabaseFileError(`${name} is damaged: ${verdict}`);
    const [stream] = handle.prepare(INCOMPLETE_STREAM).all();
    if (stream !== undefined) {
      const userID = String(stream['user_id']);
      throw new DatabaseFileError(`${name} is damaged: the stream of ${userID} lacks an event.`);
    }
    return countSqliteRows(handle);
  } catch (error) {
    // Damage that is met on the way.
    throw toFileError(error, name);
  } finally {
    handle.close();
  }
}

/** How many rows each table has; another version may have others. */
export function countSqliteRows(handle: SqliteHandle): Record<string, number> {
  const counts: Record<string, number> = {};
  const names = handle.prepare(TABLES).all();
  for (const { name } of names) {
    const table = String(name);
    counts[table] = Number(handle.prepare(`SELECT count(*) AS count FROM "${table}"`).all()[0]?.['count']);
  }
  return counts;
}
