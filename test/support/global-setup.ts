import { migrateDatabase } from '../../src/database/open-database';
import { createTestDatabase, dropLeftovers, findServer, toDatabaseUrl } from './postgres-server';

/**
 * Finds out, before any suite is described, which services this machine has, and tells the workers by the
 * environment. On PostgreSQL it makes the migrated database of which every test takes a copy.
 */
export default async function globalSetup(): Promise<void> {
  const serverUrl = await findServer();
  if (serverUrl === null) {
    const problem = 'no PostgreSQL answers at TEST_POSTGRES_URL or localhost:5432';
    if (process.env['REQUIRE_SERVICES'] === '1') throw new Error(`REQUIRE_SERVICES is set, but ${problem}.`);
    console.warn(`Skipping the suites on PostgreSQL: ${problem}.`);
    return;
  }
  await dropLeftovers(serverUrl);
  const template = await createTestDatabase(serverUrl);
  process.env['TEST_POSTGRES_SERVER'] = serverUrl;
  process.env['TEST_POSTGRES_TEMPLATE'] = template;
  await migrateDatabase({ dataDir: '', databaseUrl: toDatabaseUrl(serverUrl, template) });
}
