import { fileURLToPath } from 'node:url';
import { SECRET } from '../tokens.mjs';

/** The command line of Amicus, as built. */
export const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** Everything else is as Amicus comes: authentication and every limit are on. */
export const AMICUS_ENV = {
  NODE_ENV: 'production',
  AMICUS_PORT: '0',
  AMICUS_LOG_LEVEL: 'warn',
  AMICUS_JWT_SECRET: SECRET,
};
