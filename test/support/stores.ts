import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../../src/config';
import { createTestDatabase, dropTestDatabase, toDatabaseUrl } from './postgres-server';

/** A kind of database that a server can be started on. */
export interface Store {
  name: string;
  /** An empty database of its own; `drop` leaves nothing of it. */
  create(): Promise<{ config: Partial<Config>; drop(): Promise<void> }>;
}

export const sqlite: Store = {
  name: 'SQLite',
  async create() {
    const dataDir = await mkdtemp(join(tmpdir(), 'amicus-test-'));
    return {
      config: { dataDir },
      drop: () => rm(dataDir, { recursive: true, force: true }),
    };
  },
};

/** The server that answered when this run began, and the database to copy; null when there is none. */
export function findPostgres(): { serverUrl: string; template: string } | null {
  const { TEST_POSTGRES_SERVER: serverUrl, TEST_POSTGRES_TEMPLATE: template } = process.env;
  return serverUrl === undefined || template === undefined ? null : { serverUrl, template };
}

const found = findPostgres();

/** Every kind that this machine can run. */
export const stores: readonly Store[] = found === null ? [sqlite] : [sqlite, createPostgresStore(found)];

function createPostgresStore({ serverUrl, template }: { serverUrl: string; template: string }): Store {
  return {
    name: 'PostgreSQL',
    async create() {
      const name = await createTestDatabase(serverUrl, template);
      return {
        config: { databaseUrl: toDatabaseUrl(serverUrl, name) },
        drop: () => dropTestDatabase(serverUrl, name),
      };
    },
  };
}

/** One kind of database; throws when this machine cannot run it. */
export function findStore(name: 'SQLite' | 'PostgreSQL'): Store {
  const store = stores.find((one) => one.name === name);
  if (store === undefined) throw new Error(`There is no ${name}.`);
  return store;
}

/** Runs the suite once on each kind of database that this machine can run. */
export function describeOnStores(title: string, suite: (store: Store) => void): void {
  for (const store of stores) {
    describe(`${title} (${store.name})`, () => {
      suite(store);
    });
  }
}
