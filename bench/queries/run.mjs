import { runBenchmark } from '../run.mjs';
import { findPostgres, PostgresData } from './postgres-data.mjs';
import { SqliteData } from './sqlite-data.mjs';

/**
 * Lets `measure` have databases: by the name of each engine that is wanted and answers, what fills one with a graph.
 * Its result is written to `bench/results`, and from it the report; both to a temporary folder where it is not kept.
 */
export async function runOnEngines({ name, engines, isKept, measure, writeReport }) {
  await runBenchmark(!isKept, async (run) => {
    const result = await measure(await findBuilders(engines, run), run.say);
    console.log(await writeReport(await run.keep(`${name}-full`, result)));
  });
}

async function findBuilders(engines, { folder, made, say }) {
  const builders = {};
  if (engines.includes('sqlite')) builders.sqlite = (name, graph) => SqliteData.build(folder, name, graph);
  if (!engines.includes('postgres')) return builders;
  const serverUrl = await findPostgres();
  if (serverUrl === null) say('no PostgreSQL answers: it is not measured');
  else builders.postgres = (_name, graph) => PostgresData.build(serverUrl, graph, made);
  return builders;
}
