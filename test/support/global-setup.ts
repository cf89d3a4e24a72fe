import { migrateDatabase } from '../../src/database/open-database';
import { findPostgresPrograms } from './postgres-programs';
import { createTestDatabase, dropLeftovers, findServer, toDatabaseUrl } from './postgres-server';
import { findRedisUrl, hasRedisBinary } from './redis-server';

/**
 * Finds out, before any suite is described, which services this machine has, and tells the workers by the
 * environment. On PostgreSQL it makes the migrated database of which every test takes a copy.
 */
export default async function globalSetup(): Promise<void> {
  await setUpPostgres();
  await setUpRedis();
  const programs = await findPostgresPrograms();
  if (programs !== null) process.env['TEST_POSTGRES_PROGRAMS'] = programs;
  else skip('a PostgreSQL that fails', 'there is none to start');
}

async function setUpPostgres(): Promise<void> {
  const serverUrl = await findServer();
  if (serverUrl === null) {
    skip('PostgreSQL', 'no PostgreSQL answers at TEST_POSTGRES_URL or localhost:5432');
    return;
  }
  await dropLeftovers(serverUrl);
  const template = await createTestDatabase(serverUrl);
  process.env['TEST_POSTGRES_SERVER'] = serverUrl;
  process.env['TEST_POSTGRES_TEMPLATE'] = template;
  await migrateDatabase({ dataDir: '', databaseUrl: toDatabaseUrl(serverUrl, template) });
}

async function setUpRedis(): Promise<void> {
  const url = await findRedisUrl();
  if (url === null) skip('Redis', 'no Redis answers at TEST_REDIS_URL or localhost:6379');
  else process.env['TEST_REDIS_FOUND'] = url;
  if (hasRedisBinary()) process.env['TEST_REDIS_BINARY'] = '1';
  else skip('a Redis that fails', 'there is no redis-server to start');
}

function skip(service: string, problem: string): void {
  if (process.env['REQUIRE_SERVICES'] === '1') throw new Error(`REQUIRE_SERVICES is set, but ${problem}.`);
  console.warn(`Skipping the suites on ${service}: ${problem}.`);
}
