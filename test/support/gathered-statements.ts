import { postgresDialect } from '../../src/database/postgres-dialect';
import type { Queryable } from '../../src/database/sql';
import { HeldProfiles } from '../../src/users/held-profiles';
import { StrangerRepository } from '../../src/users/stranger.repository';
import { tourApi } from './api-tour';
import { TestServer } from './server';
import type { Store } from './stores';

/** The texts, each on one line, of everything that a server asks of its database when every operation is called. */
export async function gatherStatements(store: Store): Promise<Set<string>> {
  const server = await TestServer.start({ store, config: { eventRetentionCount: 1 } });
  const statements = new Set<string>();
  const gather = (): void => {
    for (const sql of server.statements) {
      if (!/^(BEGIN|SET|COMMIT|ROLLBACK)/.test(sql)) statements.add(toOneLine(sql));
    }
  };
  try {
    await tourApi(server);
    await fetch(new URL('/metrics', server.url));
    gather();
    server.statements.length = 0;
    // The history is trimmed at the start.
    await server.restart();
    while (!server.statements.some((sql) => sql.startsWith('DELETE FROM event ')))
      await server.call('ann', '{ me { id } }');
    gather();
  } finally {
    await server.stop();
  }
  if (store.name === 'SQLite') return statements;
  // Those that a replica takes part in, which is not there.
  const strangers = new StrangerRepository({ dialect: postgresDialect }, new HeldProfiles(postgresDialect));
  const note = async (sql: string): Promise<never[]> => {
    statements.add(toOneLine(sql));
    return [];
  };
  const from: Queryable = { all: note, tuples: note };
  await strangers.loadKnown(from, []);
  await strangers.loadStrangers(from, []);
  return statements;
}

function toOneLine(sql: string): string {
  return sql.replaceAll(/\s+/g, ' ').trim();
}
