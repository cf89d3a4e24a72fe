import { statSync } from 'node:fs';
import type { Config } from '../config';
import { loadConfig } from '../config';
import { DataFolderInUseError, toDatabaseFile } from '../database/data-folder';
import { openServices, type Services } from '../services';
import { COMMAND_LINE } from '../audit/act';
import type { Viewer } from '../users/viewer';
import { CommandError } from './failure';
import type { Terminal } from './terminal';

/** Whoever runs a command owns the database; the audit log says that it was done here. */
export const OPERATOR: Viewer = { userID: COMMAND_LINE, isAdmin: true };

/**
 * Does the work on the database of this configuration and closes it. Beside running servers on PostgreSQL; the embedded
 * database belongs to its server, and the refusal names the operation to use there. One that is not there is not made.
 */
export async function withServices(
  terminal: Terminal,
  operation: string,
  work: (services: Services) => Promise<void>,
): Promise<void> {
  const config = loadConfig(terminal.env);
  requireDatabase(config);
  const services = await open(config, operation);
  try {
    await work(services);
  } finally {
    await services.stop();
  }
}

/**
 * Throws where the embedded database is not there: it would be made, and what was done to it, in the wrong folder, would
 * be told as done for servers that never hear of it.
 */
export function requireDatabase({ dataDir, databaseUrl }: Pick<Config, 'dataDir' | 'databaseUrl'>): void {
  const file = toDatabaseFile(dataDir);
  // One that may not be looked at is told of when it is opened.
  if (databaseUrl !== null || statSync(file, { throwIfNoEntry: false }) !== undefined) return;
  throw new CommandError(`there is no database at ${file}: set AMICUS_DATA_DIR to the folder of the server`);
}

function open(config: Config, operation: string): Promise<Services> {
  return openServices(config).catch((error: unknown) => {
    if (!(error instanceof DataFolderInUseError)) throw error;
    throw new CommandError(
      `a server works on the data folder ${error.folder}: ask it, as an administrator, by ${operation}, or stop it first`,
    );
  });
}
