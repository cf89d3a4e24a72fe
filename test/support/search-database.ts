import { join } from 'node:path';
import type { Config } from '../../src/config';
import { loadSqliteModule } from '../../src/database/sqlite-module';
import { withClient } from './postgres-server';

/** A place that holds what was looked for. */
export interface Find {
  /** `table.column`. */
  place: string;
  /** The whole row. */
  row: Record<string, unknown>;
}

type Query = (sql: string) => Promise<Record<string, unknown>[]>;

/** Every row of every table of the database with the text in any of its columns, as the catalogue lists them. */
export async function searchDatabase(
  { dataDir, databaseUrl }: Partial<Config>,
  text: string,
): Promise<Find[]> {
  if (databaseUrl !== undefined && databaseUrl !== null) {
    return withClient(databaseUrl, (client) => {
      const query: Query = async (sql) => (await client.query<Record<string, unknown>>(sql)).rows;
      const columns = `SELECT table_name, column_name FROM information_schema.columns
        WHERE table_schema = current_schema()`;
      return search(query, columns, text);
    });
  }
  const Sqlite = loadSqliteModule();
  const handle = new Sqlite(join(dataDir ?? '', 'amicus.sqlite'), { readonly: true });
  try {
    const columns = `SELECT m.name AS table_name, c.name AS column_name
      FROM sqlite_master AS m, pragma_table_info(m.name) AS c WHERE m.type = 'table'`;
    return await search((sql) => Promise.resolve(handle.prepare(sql).all()), columns, text);
  } finally {
    handle.close();
  }
}

async function search(query: Query, columns: string, text: string): Promise<Find[]> {
  const finds: Find[] = [];
  for (const { table_name, column_name } of await query(columns)) {
    const [table, column] = [String(table_name), String(column_name)];
    const rows = await query(`SELECT * FROM "${table}" WHERE CAST("${column}" AS text) LIKE '%${text}%'`);
    finds.push(...rows.map((row) => ({ place: `${table}.${column}`, row })));
  }
  return finds.sort((left, right) => (left.place < right.place ? -1 : 1));
}
