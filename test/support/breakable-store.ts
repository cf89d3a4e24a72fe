import { join } from 'node:path';
import { loadSqliteModule } from '../../src/database/sqlite-module';
import { sqlite, type Store } from './stores';

/** An embedded database whose tables can be taken away under the running server, and brought back. */
export class BreakableStore implements Store {
  readonly name = 'a SQLite that breaks';
  private file = '';

  async create(): ReturnType<Store['create']> {
    const place = await sqlite.create();
    this.file = join(place.config.dataDir ?? '', 'amicus.sqlite');
    return place;
  }

  /** Does the work while there is no such table. */
  async without<Result>(table: string, work: () => Promise<Result>): Promise<Result> {
    this.run(`ALTER TABLE "${table}" RENAME TO "${table}_away"`);
    try {
      return await work();
    } finally {
      this.run(`ALTER TABLE "${table}_away" RENAME TO "${table}"`);
    }
  }

  private run(sql: string): void {
    const Sqlite = loadSqliteModule();
    const handle = new Sqlite(this.file, { timeout: 5000 });
    try {
      handle.exec(sql);
    } finally {
      handle.close();
    }
  }
}
