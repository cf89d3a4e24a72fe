import { randomBytes } from 'node:crypto';
import { userInfo } from 'node:os';
import { Client } from 'pg';

/** Databases of tests carry the moment of their making, so that what a crashed run left behind can be told. */
const PREFIX = 'amicus_test_';
const DAY_MS = 86_400_000;

/** Runs `work` on a connection of its own to the database that the URL names. */
export async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 20_000 });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** The URL of a server on which databases can be made; null when none answers. */
export async function findServer(): Promise<string | null> {
  const given = process.env['TEST_POSTGRES_URL'];
  const users = ['root', 'postgres', userInfo().username];
  const urls =
    given === undefined ? users.map((user) => `postgres://${user}@localhost:5432/postgres`) : [given];
  for (const url of urls) {
    const mayCreate = await withClient(url, async (client) => {
      const { rows } = await client.query<{ may: boolean }>(
        'SELECT rolsuper OR rolcreatedb AS may FROM pg_roles WHERE rolname = current_user',
      );
      return rows[0]?.may === true;
    }).catch(() => false);
    if (mayCreate) return url;
  }
  return null;
}

/** The same server, another database. */
export function toDatabaseUrl(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.href;
}

/** Makes a database and gives its name: a copy of the template, or an empty one. */
export async function createTestDatabase(serverUrl: string, template?: string): Promise<string> {
  const name = `${PREFIX}${String(Date.now())}_${randomBytes(4).toString('hex')}`;
  await withClient(serverUrl, async (client) => {
    if (template !== undefined) {
      await client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
      return;
    }
    // One that sorts by the rules of a language shows where the bytes' order was taken for granted.
    const language = `TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LOCALE 'C'`;
    await client
      .query(`CREATE DATABASE ${name} ${language}`)
      .catch(() => client.query(`CREATE DATABASE ${name}`));
  });
  return name;
}

/** Takes a database away. Rejects when somebody stays connected to it for more than a moment. */
export async function dropTestDatabase(serverUrl: string, name: string): Promise<void> {
  await withClient(serverUrl, (client) => client.query(`DROP DATABASE IF EXISTS ${name}`));
}

/** Takes away what runs of yesterday and before have left. */
export async function dropLeftovers(serverUrl: string): Promise<void> {
  await withClient(serverUrl, async (client) => {
    const { rows } = await client.query<{ datname: string }>(
      'SELECT datname FROM pg_database WHERE datname LIKE $1',
      [`${PREFIX}%`],
    );
    for (const { datname } of rows) {
      const madeAtMs = Number(/^amicus_test_(\d+)_[0-9a-f]+$/.exec(datname)?.[1]);
      if (Date.now() - madeAtMs < DAY_MS || Number.isNaN(madeAtMs)) continue;
      await client.query(`DROP DATABASE IF EXISTS ${datname} WITH (FORCE)`);
    }
  });
}
