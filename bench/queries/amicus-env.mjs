import { SECRET } from '../tokens.mjs';

/**
 * Everything else is as Amicus comes: authentication and every limit are on. One address asks for all, and a few users
 * do; so they are counted as ever, and may ask as often as they can.
 */
export const AMICUS_ENV = {
  NODE_ENV: 'production',
  AMICUS_PORT: '0',
  AMICUS_LOG_LEVEL: 'warn',
  AMICUS_JWT_SECRET: SECRET,
  AMICUS_RATE_REQUESTS: '2000000000',
  AMICUS_RATE_CONNECTS: '2000000000',
  AMICUS_RATE_QUERIES: '2000000000',
  AMICUS_RATE_MUTATIONS: '2000000000',
};
