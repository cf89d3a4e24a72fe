import { defaultPostgresConfig } from '../../src/database/postgres-config';
import { toSessionSettings } from '../../src/database/postgres-timeouts';
import { toSqliteText } from '../../src/database/sqlite-placeholders';
import { PostgresPlans, toCondition, type PlanNode } from './postgres-plans';
import type { SideDoor } from './side-door';

/** How a statement gets at its rows, as far as it tells what they cost when there are many. */
interface Reads {
  /** The tables that are read from end to end, by an index or without one. */
  readonly scanned: readonly string[];
  /** Whether all rows are found and put in order before the first one is given. */
  readonly isSorted: boolean;
  /** The tables of which an index holds all that is wanted, so that no row is read. */
  readonly indexOnly: readonly string[];
}

export type Explain = (sql: string) => Promise<Reads>;

/** The table of an index, and the column by which it is sorted first. */
interface Index {
  name: string;
  table: string;
  first: string;
}

const INDEXES = `SELECT i.indexrelid::regclass::text AS name, c.relname AS table, a.attname AS first FROM pg_index i
  JOIN pg_class c ON c.oid = i.indrelid JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
  WHERE c.relnamespace = 'public'::regnamespace`;

/** As the engine explains a statement to a server. */
export async function openExplain(engine: string, door: SideDoor): Promise<Explain> {
  if (engine === 'SQLite') return (sql) => explainSqlite(door, sql);
  const plans = await PostgresPlans.open(door, toSessionSettings(defaultPostgresConfig));
  const indexes = new Map((await door.all<Index>(INDEXES)).map((index) => [index.name, index]));
  return (sql) => explainPostgres(plans, indexes, sql);
}

async function explainPostgres(
  plans: PostgresPlans,
  indexes: ReadonlyMap<string, Index>,
  sql: string,
): Promise<Reads> {
  const nodes = await plans.explain(sql);
  const findTables = (find: (node: PlanNode) => string | undefined): string[] =>
    nodes.flatMap((node) => find(node) ?? []);
  return {
    scanned: findTables((node) => {
      if (node['Node Type'].endsWith('Seq Scan')) return node['Relation Name'];
      const index = indexes.get(node['Index Name'] ?? '');
      return index && !isLookedUp(index, toCondition(node)) ? index.table : undefined;
    }),
    isSorted: nodes.some((node) => node['Node Type'].endsWith('Sort')),
    indexOnly: findTables((node) =>
      node['Node Type'] === 'Index Only Scan' ? node['Relation Name'] : undefined,
    ),
  };
}

/** An index is also used for a condition on its other columns alone: by reading all of it. */
function isLookedUp({ first }: Index, condition: string): boolean {
  return new RegExp(`(?<![.\\w])${first}\\b`).test(condition);
}

async function explainSqlite(door: SideDoor, sql: string): Promise<Reads> {
  const { sql: text, order, valueCount } = toSqliteText(sql);
  const values = Array.from({ length: order?.length ?? valueCount }, () => null);
  const rows = await door.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${text}`, values);
  // A plan calls a table as the statement does.
  const names = new Map(
    [...sql.matchAll(/\b(?:FROM|JOIN) "?(\w+)"?(?: AS)? (\w+)/g)].map(([, table = '', name = '']) => [
      name,
      table,
    ]),
  );
  // Of rows that the statement itself has made, all are wanted.
  const made = new Set([...sql.matchAll(/\) AS (\w+)/g)].map(([, name]) => name));
  const findTables = (form: RegExp): string[] =>
    rows.flatMap(({ detail }) => {
      const name = form.exec(detail)?.[1];
      return name === undefined || made.has(name) ? [] : (names.get(name) ?? name);
    });
  return {
    // The second form: all of an index, for a condition on its other columns.
    scanned: [...findTables(/^SCAN (\w+)(?!.* VIRTUAL TABLE)/), ...findTables(/^SEARCH (\w+) .*\(ANY\(/)],
    isSorted: rows.some(({ detail }) => detail.startsWith('USE TEMP B-TREE FOR')),
    indexOnly: findTables(/^SEARCH (\w+) USING COVERING INDEX/),
  };
}
