import type { SideDoor } from './side-door';

export interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Index Cond'?: string;
  'Recheck Cond'?: string;
  Plans?: PlanNode[];
}

/** Has PostgreSQL say how it finds the rows of a statement, whatever values it may be given. */
export class PostgresPlans {
  private count = 0;

  private constructor(private readonly door: SideDoor) {}

  /** @param settings - for the connection, by `SET` */
  static async open(door: SideDoor, settings: string): Promise<PostgresPlans> {
    await door.run(`SET plan_cache_mode = force_generic_plan; ${settings}`);
    return new PostgresPlans(door);
  }

  /** Every node of the plan. */
  async explain(sql: string): Promise<PlanNode[]> {
    const name = `statement_${this.count++}`;
    await this.door.run(`PREPARE ${name} AS ${sql}`);
    const values = [...sql.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number));
    const given = Array.from({ length: Math.max(0, ...values) }, () => 'NULL').join(', ');
    const [row] = await this.door.all<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
      `EXPLAIN (FORMAT JSON) EXECUTE ${name}${given === '' ? '' : `(${given})`}`,
    );
    if (row === undefined) throw new Error(`There is no plan of ${sql}`);
    return [...walk(row['QUERY PLAN'][0].Plan)];
  }
}

/** What the rows of the node are found by in an index; empty where all of them are read. */
export function toCondition(node: PlanNode): string {
  return node['Index Cond'] ?? node['Recheck Cond'] ?? '';
}

function* walk(node: PlanNode): Generator<PlanNode> {
  yield node;
  for (const child of node.Plans ?? []) yield* walk(child);
}
