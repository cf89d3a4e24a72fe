import { openSqlite } from './open-sqlite.mjs';
import { EDGE_CONSTANTS, toEdgeNotes, toUserID, toUserRow } from './rows.mjs';

/** Writes the graph into the empty tables of Amicus, in one transaction; indexes are made anew at its end. */
export async function fillSqlite(file, graph) {
  const database = await openSqlite(file);
  const indexes = database
    .prepare(
      `SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'friend' AND sql IS NOT NULL`,
    )
    .all();
  // Nothing is lost when the machine fails now, and a log of all rows would be as large as they are.
  database.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -200000; BEGIN');
  for (const { name } of indexes) database.exec(`DROP INDEX "${name}"`);
  const insertStream = prepareInsert(database, 'event_stream', ['user_id', 'epoch', 'head', 'floor']);
  const insertUser = prepareInsert(database, '"user"', Object.keys(toUserRow(0)));
  for (let user = 0; user < graph.users; user++) {
    insertUser.run(...Object.values(toUserRow(user)));
    insertStream.run(toUserID(user), 'bench', 0, 0);
  }
  const columns = [
    'owner_id',
    'friend_id',
    ...Object.keys(toEdgeNotes(0, 1)),
    ...Object.keys(EDGE_CONSTANTS),
  ];
  const insertEdge = prepareInsert(database, 'friend', columns);
  const constants = Object.values(EDGE_CONSTANTS);
  for (const [owner, friend] of graph.edges()) {
    const notes = Object.values(toEdgeNotes(owner, friend));
    insertEdge.run(toUserID(owner), toUserID(friend), ...notes, ...constants);
  }
  for (const { sql } of indexes) database.exec(sql);
  database.exec('COMMIT; PRAGMA journal_mode = WAL');
  database.close();
}

function prepareInsert(database, table, columns) {
  const places = columns.map(() => '?').join(', ');
  return database.prepare(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${places})`);
}
