import type { Config } from '../../src/config';
import { runCommand } from './run-command';
import type { Store } from './stores';

/** More than any test wants in one list. */
const FRIENDS = '10000';

/** A kind of database which holds these two-way friendships from the start, and says where it is. */
export class SeededStore implements Store {
  readonly name: string;
  /** Of the database made last. */
  config: Partial<Config> = {};

  constructor(
    private readonly store: Store,
    private readonly edges: readonly (readonly [string, string])[],
  ) {
    this.name = store.name;
  }

  async create(): Promise<{ config: Partial<Config>; drop(): Promise<void> }> {
    const place = await this.store.create();
    this.config = place.config;
    const { exitCode, stderr } = await runCommand(
      ['import', '--edges', '-', '--strict'],
      { ...toEnvironment(place.config), AMICUS_LIMIT_FRIENDS: FRIENDS },
      this.edges.map((edge) => `${edge.join(' ')}\n`).join(''),
    );
    if (exitCode !== 0) throw new Error(stderr);
    return place;
  }
}

/** How a process is told of a place. */
export function toEnvironment({ dataDir, databaseUrl }: Partial<Config>): Record<string, string> {
  return {
    AMICUS_LOG_LEVEL: 'silent',
    ...(dataDir !== undefined && { AMICUS_DATA_DIR: dataDir }),
    ...(typeof databaseUrl === 'string' && { AMICUS_DATABASE_URL: databaseUrl }),
  };
}
