import pg from 'pg';
import { EDGE_CONSTANTS, toEdgeNotes, toUserID, toUserRow } from './rows.mjs';

const ROWS_PER_STATEMENT = 10_000;

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
    await insertAll(client, '"user"', toUserRows(graph.users), {});
    await insertAll(client, 'event_stream', toStreamRows(graph.users), {});
    await insertAll(client, 'friend', toEdgeRows(graph), EDGE_CONSTANTS);
    for (const { indexdef } of indexes) await client.query(indexdef);
    await client.query('COMMIT');
    await client.query('VACUUM (ANALYZE)');
    await client.query('CHECKPOINT').catch(() => undefined);
  } finally {
    await client.end();
  }
}

function* toUserRows(users) {
  for (let user = 0; user < users; user++) yield toUserRow(user);
}

function* toStreamRows(users) {
  for (let user = 0; user < users; user++)
    yield { user_id: toUserID(user), epoch: 'bench', head: 0, floor: 0 };
}

function* toEdgeRows(graph) {
  for (const [owner, friend] of graph.edges())
    yield { owner_id: toUserID(owner), friend_id: toUserID(friend), ...toEdgeNotes(owner, friend) };
}

async function insertAll(client, table, rows, constants) {
  let batch = [];
  for (const row of rows) {
    batch.push(row);
    if (batch.length < ROWS_PER_STATEMENT) continue;
    await insertBatch(client, table, batch, constants);
    batch = [];
  }
  if (batch.length > 0) await insertBatch(client, table, batch, constants);
}

async function insertBatch(client, table, rows, constants) {
  const columns = Object.entries(rows[0]);
  const names = [...columns.map(([name]) => name), ...Object.keys(constants)].join(', ');
  const lists = columns.map(
    ([, value], index) => `$${index + 1}::${typeof value === 'number' ? 'bigint' : 'text'}[]`,
  );
  const rest = Object.values(constants).map((text) => `, '${text}'`);
  await client.query(
    `INSERT INTO ${table} (${names}) SELECT given.*${rest.join('')} FROM unnest(${lists.join(', ')}) AS given`,
    columns.map(([name]) => rows.map((row) => row[name])),
  );
}
