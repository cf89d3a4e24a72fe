import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../../src/config';

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

/** Every kind that this machine can run. */
const stores: readonly Store[] = [sqlite];

/** Runs the suite once on each kind of database that this machine can run. */
export function describeOnStores(title: string, suite: (store: Store) => void): void {
  for (const store of stores) {
    describe(`${title} (${store.name})`, () => {
      suite(store);
    });
  }
}
