import type { Client } from 'pg';

interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  Alias?: string;
  'Index Cond'?: string;
  'Recheck Cond'?: string;
  Plans?: PlanNode[];
}

/** So that a condition on a key is used wherever there is one, however small the tables are. */
const SETTINGS = [
  "plan_cache_mode = 'force_generic_plan'",
  ...['seqscan', 'hashjoin', 'mergejoin', 'material', 'memoize'].map((name) => `enable_${name} = off`),
];

/** Has PostgreSQL say how it finds the rows of each statement. */
export class StatementPlans {
  private count = 0;

  /** @param keys - the first column of each table's primary key */
  private constructor(
    private readonly client: Client,
    private readonly keys: ReadonlyMap<string, string>,
  ) {}

  static async prepare(client: Client, keys: ReadonlyMap<string, string>): Promise<StatementPlans> {
    await client.query(SETTINGS.map((setting) => `SET ${setting}`).join('; '));
    return new StatementPlans(client, keys);
  }

  /** The tables of which the statement reads rows that it does not find by an equal first column of the key. */
  async findTablesWithoutKey(sql: string): Promise<string[]> {
    const name = `statement_${this.count++}`;
    await this.client.query(`PREPARE ${name} AS ${sql}`);
    const values = [...sql.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number));
    const given = Array.from({ length: Math.max(0, ...values) }, () => 'NULL').join(', ');
    const { rows } = await this.client.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
      `EXPLAIN (FORMAT JSON) EXECUTE ${name}${given === '' ? '' : `(${given})`}`,
    );
    const [explained] = rows;
    if (explained === undefined) throw new Error(`There is no plan of ${sql}`);
    return [...new Set(this.findWithoutKey(explained['QUERY PLAN'][0].Plan))].sort();
  }

  private findWithoutKey(node: PlanNode): string[] {
    const table = node['Relation Name'];
    const below = (node.Plans ?? []).flatMap((child) => this.findWithoutKey(child));
    // A row that is written is one that was found below, or a new one, which has its key.
    if (table === undefined || !node['Node Type'].endsWith('Scan')) return below;
    const condition = node['Index Cond'] ?? node['Recheck Cond'] ?? '';
    const key = this.keys.get(table);
    if (key === undefined) throw new Error(`The table ${table} has no key that is known.`);
    return condition.includes(`(${key} = `) ? below : [...below, table];
  }
}
