import { dropTestDatabase } from './postgres-server';

/** Takes away what `globalSetup` made. */
export default async function globalTeardown(): Promise<void> {
  const { TEST_POSTGRES_SERVER: serverUrl, TEST_POSTGRES_TEMPLATE: template } = process.env;
  if (serverUrl !== undefined && template !== undefined) await dropTestDatabase(serverUrl, template);
}
