import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../command.mjs';
import { AMICUS_ENV } from './amicus-env.mjs';
import { fillSqlite } from './fill-sqlite.mjs';
import { openSqlite } from './open-sqlite.mjs';
import { DATA_END_MS } from './rows.mjs';

/** The graph in an embedded database, on which all servers work one after the other. */
export class SqliteData {
  engine = 'sqlite';
  #folder;

  constructor(folder) {
    this.#folder = folder;
  }

  static async build(folder, name, graph) {
    const data = new SqliteData(join(folder, name));
    mkdirSync(data.#folder);
    runCommand(['migrate'], data.toEnv());
    await fillSqlite(data.#file, graph);
    return data;
  }

  /** Where each server finds it. */
  toEnv() {
    return {
      ...AMICUS_ENV,
      AMICUS_DATA_DIR: this.#folder,
      BENCH_DATABASE: `sqlite:${this.#file}`,
    };
  }

  /** Takes the edges away that a server has added to the viewers' lists, and of viewers to others'; gives how many. */
  async restore(viewerIDs) {
    return this.#use((database) => {
      let taken = 0;
      for (const column of ['owner_id', 'friend_id'])
        taken += database
          .prepare(
            `DELETE FROM friend WHERE ${column} IN (SELECT value FROM json_each(?)) AND created_at >= ${DATA_END_MS}`,
          )
          .run(JSON.stringify(viewerIDs)).changes;
      return taken;
    });
  }

  /** Profile changes that Amicus has not told everybody of yet. */
  async countJobs() {
    return this.#use(
      (database) => database.prepare('SELECT count(*) AS jobs FROM profile_fanout').all()[0].jobs,
    );
  }

  /** It has no process of its own. */
  async watchCpu() {
    return async () => null;
  }

  async remove() {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #use(work) {
    const database = await openSqlite(this.#file);
    try {
      return work(database);
    } finally {
      database.close();
    }
  }

  get #file() {
    return join(this.#folder, 'amicus.sqlite');
  }
}
