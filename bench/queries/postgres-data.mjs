import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { env } from 'node:process';
import pg from 'pg';
import { runCommand } from '../command.mjs';
import { AMICUS_ENV } from './amicus-env.mjs';
import { fillPostgres } from './fill-postgres.mjs';
import { DATA_END_MS } from './rows.mjs';

/** The graph in a database of its own, on which all servers work one after the other. */
export class PostgresData {
  engine = 'postgres';
  #serverUrl;
  #name = `amicus_bench_${Date.now()}_${randomBytes(4).toString('hex')}`;

  constructor(serverUrl) {
    this.#serverUrl = serverUrl;
  }

  /** `onMade` gets the data as soon as there is something to remove. */
  static async build(serverUrl, graph, onMade) {
    const data = new PostgresData(serverUrl);
    await withClient(serverUrl, (client) => client.query(`CREATE DATABASE ${data.#name}`));
    onMade(data);
    runCommand(['migrate'], { ...env, ...data.toEnv() });
    await fillPostgres(data.#url, graph);
    return data;
  }

  toEnv() {
    return { ...AMICUS_ENV, AMICUS_DATABASE_URL: this.#url, BENCH_DATABASE: this.#url };
  }

  /** Takes the edges away that a server has added to the viewers' lists, and of viewers to others'; gives how many. */
  async restore(viewerIDs) {
    return withClient(this.#url, async (client) => {
      let taken = 0;
      for (const column of ['owner_id', 'friend_id']) {
        const { rowCount } = await client.query(
          `DELETE FROM friend WHERE ${column} = ANY ($1::text[]) AND created_at >= ${DATA_END_MS}`,
          [viewerIDs],
        );
        taken += rowCount;
      }
      return taken;
    });
  }

  async countJobs() {
    return withClient(this.#url, async (client) => {
      const { rows } = await client.query('SELECT count(*)::int AS jobs FROM profile_fanout');
      return rows[0].jobs;
    });
  }

  /**
   * Gives a function that tells how many milliseconds of CPU the database's connections have used since; null where
   * PostgreSQL does not run on this machine, or the machine keeps no such account.
   */
  async watchCpu() {
    const before = await this.#readCpuMs();
    return async () => {
      let usedMs = 0;
      for (const [pid, cpuMs] of await this.#readCpuMs()) usedMs += cpuMs - (before.get(pid) ?? 0);
      return usedMs > 0 ? usedMs : null;
    };
  }

  async #readCpuMs() {
    const { rows } = await withClient(this.#serverUrl, (client) =>
      client.query('SELECT pid FROM pg_stat_activity WHERE datname = $1', [this.#name]),
    );
    const times = await Promise.all(rows.map(({ pid }) => readProcessMs(pid)));
    return new Map(rows.map(({ pid }, index) => [pid, times[index]]));
  }

  async remove() {
    await withClient(this.#serverUrl, (client) =>
      client.query(`DROP DATABASE IF EXISTS ${this.#name} WITH (FORCE)`),
    );
  }

  get #url() {
    const url = new URL(this.#serverUrl);
    url.pathname = `/${this.#name}`;
    return url.href;
  }
}

/** A server on which databases can be made; null when none answers, which is an error where services are required. */
export async function findPostgres() {
  const given = env.BENCH_POSTGRES_URL ?? env.TEST_POSTGRES_URL;
  const users = ['root', 'postgres', userInfo().username];
  const urls = given ? [given] : users.map((user) => `postgres://${user}@127.0.0.1:5432/postgres`);
  for (const url of urls) {
    const isThere = await withClient(url, async () => true).catch(() => false);
    if (isThere) return url;
  }
  if (env.REQUIRE_SERVICES === '1')
    throw new Error('no PostgreSQL answers: name one with BENCH_POSTGRES_URL');
  return null;
}

/** The CPU time of a process on Linux; 0 where there is none. */
async function readProcessMs(pid) {
  const text = await readFile(`/proc/${pid}/schedstat`, 'utf8').catch(() => '0');
  return Number(text.split(' ')[0]) / 1e6;
}

async function withClient(url, work) {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
