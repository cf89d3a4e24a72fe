import { join } from 'node:path';
import { Client } from 'pg';
import type { Config } from '../../src/config';
import { loadSqliteModule } from '../../src/database/sqlite-module';

/** A way into a server's database beside the server, for what no answer of it can show. */
export interface SideDoor {
  all<Row>(sql: string, values?: readonly null[]): Promise<Row[]>;
  /** Any number of statements. */
  run(sql: string): Promise<void>;
  close(): Promise<void>;
}

export async function openSideDoor({ dataDir = '', databaseUrl }: Partial<Config>): Promise<SideDoor> {
  if (databaseUrl) {
    const client = new Client({ connectionString: databaseUrl });
    await client.connect();
    return {
      all: async <Row>(sql: string, values: readonly null[] = []) =>
        (await client.query<Row & object>(sql, [...values])).rows,
      run: async (sql) => {
        await client.query(sql);
      },
      close: () => client.end(),
    };
  }
  const handle = new (loadSqliteModule())(join(dataDir, 'amicus.sqlite'));
  return {
    all: async <Row>(sql: string, values: readonly null[] = []) =>
      handle.prepare(sql).all(...values) as Row[],
    run: async (sql) => {
      handle.exec(sql);
    },
    close: async () => {
      handle.close();
    },
  };
}
