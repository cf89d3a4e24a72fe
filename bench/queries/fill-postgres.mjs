import pg from 'pg';
import { copyIn } from './copy-in.mjs';
import { EDGE_CONSTANTS, toEdgeNotes, toUserID, toUserRow } from './rows.mjs';

/** Writes the graph into the empty tables of Amicus, in one transaction; indexes are made anew at its end. */
export async function fillPostgres(url, graph) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows: indexes } = await client.query(
      `SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'friend' AND indexname NOT LIKE '%pkey'
        AND indexname NOT LIKE 'PK%'`,
    );
    await client.query(`BEGIN; SET LOCAL maintenance_work_mem = '256MB'`);
    for (const { indexname } of indexes) await client.query(`DROP INDEX "${indexname}"`);
    await copyIn(client, '"user"', Object.keys(toUserRow(0)), toUserRows(graph.users));
    await copyIn(client, 'event_stream', ['user_id', 'epoch', 'head', 'floor'], toStreamRows(graph.users));
    const columns = ['owner_id', 'friend_id', ...Object.keys({ ...toEdgeNotes(0, 1), ...EDGE_CONSTANTS })];
    await copyIn(client, 'friend', columns, toEdgeRows(graph));
    for (const { indexdef } of indexes) await client.query(indexdef);
    await client.query('COMMIT');
    await client.query('VACUUM (ANALYZE)');
    await client.query('CHECKPOINT').catch(() => undefined);
  } finally {
    await client.end();
  }
}

function* toUserRows(users) {
  for (let user = 0; user < users; user++) yield Object.values(toUserRow(user));
}

function* toStreamRows(users) {
  for (let user = 0; user < users; user++) yield [toUserID(user), 'bench', 0, 0];
}

function* toEdgeRows(graph) {
  const constants = Object.values(EDGE_CONSTANTS);
  for (const [owner, friend] of graph.edges())
    yield [toUserID(owner), toUserID(friend), ...Object.values(toEdgeNotes(owner, friend)), ...constants];
}
