import type { Dialect, SqlValue, Transaction } from './sql';
import type { Table } from './tables';

const ROWS_PER_INSERT = 1_000;

/** Rows on their way into tables, many in one statement. */
export class RowInserts {
  private readonly waiting = new Map<Table, Record<string, SqlValue>[]>();
  private readonly statements = new Map<Table, string>();

  constructor(
    private readonly tx: Transaction,
    private readonly dialect: Dialect,
  ) {}

  /** @param values - in the order of the table's columns */
  async add(table: Table, values: readonly SqlValue[]): Promise<void> {
    const rows = this.waiting.get(table) ?? [];
    this.waiting.set(table, rows);
    rows.push(Object.fromEntries(table.columns.map(({ name }, index) => [name, values[index] ?? null])));
    if (rows.length === ROWS_PER_INSERT) await this.insert(table, rows);
  }

  /** Resolves when all that was added is in its table. */
  async flush(): Promise<void> {
    for (const [table, rows] of this.waiting) if (rows.length > 0) await this.insert(table, rows);
  }

  private async insert(table: Table, rows: Record<string, SqlValue>[]): Promise<void> {
    const statement = this.statements.get(table) ?? toInsert(table, this.dialect);
    this.statements.set(table, statement);
    await this.tx.all(statement, [JSON.stringify(rows.splice(0))]);
  }
}

function toInsert({ name, columns }: Table, dialect: Dialect): string {
  const names = columns.map((column) => `"${column.name}"`).join(', ');
  const types = Object.fromEntries(columns.map((column) => [column.name, column.type]));
  return `INSERT INTO "${name}" (${names}) SELECT ${names} FROM ${dialect.rows('$1', types)} AS added`;
}
