import { Client } from 'pg';
import { openBus } from '../../src/events/bus-open';
import type { BreakableWire, WireKind } from './bus-wire';
import { createTestDatabase, dropTestDatabase, toDatabaseUrl, withClient } from './postgres-server';
import { findPostgres } from './stores';

/** Empty where there is no PostgreSQL. */
export function findPostgresWires(): WireKind<BreakableWire>[] {
  const found = findPostgres();
  return found === null ? [] : [{ name: 'PostgreSQL', lay: () => lay(found.serverUrl) }];
}

async function lay(serverUrl: string): Promise<BreakableWire> {
  const database = await createTestDatabase(serverUrl);
  const url = toDatabaseUrl(serverUrl, database);
  // From beside: nobody gets into a database that is shut.
  const run = (sql: string): Promise<{ count: number }[]> =>
    withClient(serverUrl, async (client) => (await client.query<{ count: number }>(sql)).rows);
  return {
    join: (onError = () => undefined) =>
      openBus({ redisUrls: null, redisPrefix: 'amicus', databaseUrl: url, onError }),
    async tap(onText) {
      const client = new Client({ connectionString: url });
      client.on('notification', ({ payload = '' }) => {
        onText(payload);
      });
      await client.connect();
      await client.query('LISTEN amicus_bus');
      return {
        say: async (text) => {
          await client.query(`SELECT pg_notify('amicus_bus', $1)`, [text]);
        },
        stop: () => client.end(),
      };
    },
    async countConnections() {
      const [row] = await run(
        `SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = '${database}'`,
      );
      return row?.count ?? 0;
    },
    async cutOldest() {
      await run(`SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
        WHERE datname = '${database}' AND application_name = 'amicus-bus' ORDER BY backend_start LIMIT 1`);
    },
    async breakDown() {
      await run(`ALTER DATABASE ${database} ALLOW_CONNECTIONS false`);
      await run(`SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '${database}'`);
    },
    mend: async () => {
      await run(`ALTER DATABASE ${database} ALLOW_CONNECTIONS true`);
    },
    remove: () => dropTestDatabase(serverUrl, database),
  };
}
