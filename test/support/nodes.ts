import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '../../src/config';
import { createTestDatabase, dropTestDatabase, toDatabaseUrl, withClient } from './postgres-server';
import { canStartRedis, findRedis } from './redis-server';
import { TestServer, type ServerOptions } from './server';
import { findPostgres, type Store } from './stores';

/** Two servers over one PostgreSQL database. */
export class Nodes {
  private constructor(
    readonly one: TestServer,
    readonly other: TestServer,
    private readonly serverUrl: string,
    private readonly database: string,
  ) {}

  /** @param ofOne - what is configured for the first one only */
  static async start(
    { config, ...options }: Omit<ServerOptions, 'store'> = {},
    ofOne: ServerOptions['config'] = {},
  ): Promise<Nodes> {
    const found = findPostgres();
    if (found === null) throw new Error('Nodes need a PostgreSQL.');
    const { serverUrl, template } = found;
    const database = await createTestDatabase(serverUrl, template);
    const store: Store = {
      name: 'one database',
      create: () =>
        Promise.resolve({
          config: { databaseUrl: toDatabaseUrl(serverUrl, database) },
          drop: () => Promise.resolve(),
        }),
    };
    // Of their own in a Redis that others use too.
    const redisPrefix = `amicus-test-${randomBytes(4).toString('hex')}`;
    const start = (own: ServerOptions['config']): Promise<TestServer> =>
      TestServer.start({ ...options, store, config: { redisPrefix, ...config, ...own } });
    return new Nodes(await start(ofOne), await start({}), serverUrl, database);
  }

  get databaseUrl(): string {
    return toDatabaseUrl(this.serverUrl, this.database);
  }

  /** Whether PostgreSQL takes new connections to the database; those that are there go on. */
  async allowConnections(isAllowed: boolean): Promise<void> {
    await withClient(this.serverUrl, (client) =>
      client.query(`ALTER DATABASE "${this.database}" ALLOW_CONNECTIONS ${String(isAllowed)}`),
    );
  }

  /** Ends what both listen to notifications by; resolves when PostgreSQL has let go of it. */
  async cutNotifications(): Promise<void> {
    await withClient(this.serverUrl, (client) =>
      client.query(
        `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
         WHERE datname = $1 AND application_name = 'amicus-bus'`,
        [this.database],
      ),
    );
  }

  async stop(): Promise<void> {
    await Promise.all([this.one.stop(), this.other.stop()]);
    await dropTestDatabase(this.serverUrl, this.database);
  }
}

interface BusKind {
  name: string;
  config: Partial<Omit<Config, 'limits'>>;
}

function findBuses(): BusKind[] {
  if (findPostgres() === null) return [];
  const url = findRedis();
  return [
    { name: 'hints by PostgreSQL', config: {} },
    ...(url === null ? [] : [{ name: 'hints by Redis', config: { redisUrls: [url] } }]),
  ];
}

/** Runs the suite once for each bus that this machine can run between servers. */
export function describeOnBuses(title: string, suite: (bus: BusKind) => void): void {
  const buses = findBuses();
  if (buses.length === 0) {
    describe.skip(title, () => {
      it('needs a PostgreSQL', () => undefined);
    });
  }
  for (const bus of buses) {
    describe(`${title} (${bus.name})`, () => {
      suite(bus);
    });
  }
}

/** Only where there are a PostgreSQL and a redis-server to start. */
export const describeWithOwnRedis = findPostgres() !== null && canStartRedis() ? describe : describe.skip;

/** What the server says of its readiness. */
export async function probe(server: TestServer): Promise<{ status: number; text: string }> {
  const response = await fetch(new URL('/readyz', server.url));
  return { status: response.status, text: (await response.text()).trim() };
}

/** Asks until the server says so. */
export async function waitUntilReady(server: TestServer, text: string): Promise<void> {
  // Asked without a pause, it would have no time for what is waited for.
  while ((await probe(server)).text !== text) await delay(20);
}
