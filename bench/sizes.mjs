/**
 * What a row of each table takes in PostgreSQL, indexes included: `npm run bench:sizes`, or with BENCH_SHORT=1 a short
 * form that only shows it works.
 */
import { env } from 'node:process';
import pg from 'pg';
import { describeMachine } from './machine.mjs';
import { degreeSource } from './queries/degrees.mjs';
import { Graph } from './queries/graph.mjs';
import { findPostgres, PostgresData } from './queries/postgres-data.mjs';
import { runBenchmark } from './run.mjs';
import { fillOthers } from './scaling/fill-others.mjs';
import { writeScaling } from './scaling/report.mjs';

const SEED = 20_261_123;
const isShort = env.BENCH_SHORT === '1';
const plan = isShort ? { users: 500, edges: 10_000 } : { users: 100_000, edges: 1_000_000 };

const SIZES = `SELECT c.relname AS name, pg_relation_size(c.oid)::float8 AS heap, pg_total_relation_size(c.oid)::float8 AS total,
    (SELECT json_object_agg(i.indexrelid::regclass::text, pg_relation_size(i.indexrelid)) FROM pg_index i
      WHERE i.indrelid = c.oid) AS indexes
  FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND c.relname <> 'migrations'
  ORDER BY total DESC`;

async function measure(url) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await fillOthers(client, plan.users);
    await client.query('VACUUM (ANALYZE)');
    const tables = [];
    for (const row of (await client.query(SIZES)).rows) {
      const { rows } = await client.query(`SELECT count(*)::int AS rows FROM "${row.name}"`);
      if (rows[0].rows > 0) tables.push({ ...row, rows: rows[0].rows });
    }
    return tables;
  } finally {
    await client.end();
  }
}

await runBenchmark(isShort, async ({ made, keep }) => {
  const serverUrl = await findPostgres();
  if (serverUrl === null) throw new Error('no PostgreSQL answers: name one with BENCH_POSTGRES_URL');
  const machine = describeMachine();
  const graph = new Graph(plan, SEED);
  const data = await PostgresData.build(serverUrl, graph, made);
  const tables = await measure(data.toEnv().AMICUS_DATABASE_URL);
  const result = { machine, degreeSource, users: graph.users, edges: graph.size, tables };
  const root = await keep('sizes', result);
  console.log(isShort ? result : await writeScaling(root));
});
