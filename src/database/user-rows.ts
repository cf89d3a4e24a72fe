import type { Queryable, SqlValue } from './sql';
import { tables, type Table } from './tables';

/** One row of one table. */
export interface UserRow {
  readonly userID: string;
  readonly table: Table;
  /** In the order of the table's columns. */
  readonly values: readonly SqlValue[];
}

/** Users after the first id and up to the second, in the order of their bytes. */
export interface UserRange {
  readonly after: string;
  readonly upTo: string;
}

/** A user's id is printable ASCII, but that of a revoked token is any text of at most 512 bytes; none is empty. */
const EVERYBODY: UserRange = { after: '', upTo: '\u{10ffff}'.repeat(128) };

const ROWS_PER_PAGE = 1_000;

/**
 * All rows of these users: user by user in the order of their ids, of each user table by table, of each table in the
 * order of its key. The order is the same on every engine. Holds one page of each table; `source` must show one state
 * for as long as this reads.
 */
export async function* readUserRows(
  source: Queryable,
  range: UserRange = EVERYBODY,
): AsyncGenerator<UserRow, void> {
  const cursors = tables.map((table) => new TableCursor(source, table, range));
  for (;;) {
    let userID: string | null = null;
    for (const cursor of cursors) {
      const next = await cursor.findUser();
      if (next !== null && (userID === null || isBefore(next, userID))) userID = next;
    }
    if (userID === null) return;
    for (const cursor of cursors) {
      while ((await cursor.findUser()) === userID) yield cursor.take(userID);
    }
  }
}

/** Whether the first id comes before the second one by their bytes, as the engines sort; JavaScript's `<` sorts otherwise. */
export function isBefore(one: string, other: string): boolean {
  return Buffer.compare(Buffer.from(one), Buffer.from(other)) < 0;
}

type Row = Readonly<Record<string, SqlValue>>;

/** Walks a table in the order of its key, page by page. */
class TableCursor {
  private readonly firstPage: string;
  private readonly nextPage: string;
  private readonly owner: string;
  private page: readonly Row[] | null = null;
  private index = 0;

  constructor(
    private readonly source: Queryable,
    private readonly table: Table,
    private readonly range: UserRange,
  ) {
    const { key } = table;
    this.owner = key[0] ?? '';
    const columns = table.columns.map(({ name }) => `"${name}"`).join(', ');
    const keys = key.map((name) => `"${name}"`).join(', ');
    const places = key.map((_, index) => `$${index + 2}`).join(', ');
    const select = `SELECT ${columns} FROM "${table.name}" WHERE "${this.owner}" <= $1`;
    const order = `ORDER BY ${keys} LIMIT ${ROWS_PER_PAGE}`;
    this.firstPage = `${select} AND "${this.owner}" > $2 ${order}`;
    this.nextPage = `${select} AND (${keys}) > (${places}) ${order}`;
  }

  /** Whose the next row is; null behind the last one. */
  async findUser(): Promise<string | null> {
    if (this.page === null) await this.load(this.firstPage, [this.range.after]);
    else if (this.index === ROWS_PER_PAGE) {
      const last = this.page[ROWS_PER_PAGE - 1];
      await this.load(
        this.nextPage,
        this.table.key.map((name) => last?.[name] ?? null),
      );
    }
    return (this.page?.[this.index]?.[this.owner] as string | undefined) ?? null;
  }

  /** The next row, which `findUser` found. */
  take(userID: string): UserRow {
    const row = this.page?.[this.index++] ?? {};
    return { userID, table: this.table, values: this.table.columns.map(({ name }) => row[name] ?? null) };
  }

  private async load(sql: string, from: readonly SqlValue[]): Promise<void> {
    this.page = await this.source.all<Row>(sql, [this.range.upTo, ...from]);
    this.index = 0;
  }
}
