/**
 * The SQLite that Amicus takes on this Node, as it comes: `prepare(sql).all(…)` and `exec(sql)` are the same in both.
 */
export async function openSqlite(file) {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const hasOwn = major > 22 || (major === 22 && minor >= 16);
  const database = hasOwn
    ? new (await import('node:sqlite')).DatabaseSync(file)
    : new (await import('better-sqlite3')).default(file);
  database.exec('PRAGMA busy_timeout = 5000');
  return database;
}
