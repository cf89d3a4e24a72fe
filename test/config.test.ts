import { isAbsolute, resolve } from 'node:path';
import { ConfigError, loadConfig } from '../src/config';
import { allSettings, limitSettings } from '../src/config.table';
import { defaultPostgresConfig } from '../src/database/postgres-config';
import { defaultLimits, type Limits } from '../src/limits';
import { defaultQueryLimits } from '../src/query-limits';

const secret = 'a secret of thirty-two bytes, ok';

function findProblems(env: Record<string, string>): readonly string[] {
  try {
    loadConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

test('nothing has to be set', () => {
  expect(loadConfig({ PATH: '/bin' })).toEqual({
    host: '127.0.0.1',
    port: 4000,
    dataDir: resolve('data'),
    databaseUrl: null,
    ...defaultPostgresConfig,
    redisUrls: null,
    redisPrefix: 'amicus',
    jwtSecret: null,
    jwksUrl: null,
    jwtIssuer: null,
    jwtAudience: null,
    jwtClockSkewSeconds: 5,
    jwtMaxAgeSeconds: null,
    autoRegister: true,
    eventRetentionDays: 7,
    eventRetentionCount: 10_000,
    maxConnections: 20_000,
    auditRetentionDays: 365,
    socketsPerUser: 32,
    operationsPerSocket: 64,
    refusalCooldownSeconds: 86_400,
    trustedProxies: 0,
    forwardedHeader: 'x-forwarded-for',
    rateWindowSeconds: 60,
    rateRequests: 60_000,
    rateConnects: 12_000,
    rateFailures: 300,
    rateQueries: 3_000,
    rateMutations: 600,
    rateSubscriptions: 300,
    rateExports: 3,
    drainDelayMs: 0,
    corsOrigins: [],
    trustedDocuments: null,
    trustMode: 'off',
    introspection: true,
    queryTimeoutMs: 10_000,
    mutationTimeoutMs: 30_000,
    logLevel: 'info',
    logRequests: false,
    metrics: true,
    metricsPort: null,
    metricsHost: '127.0.0.1',
    otelEndpoint: null,
    limits: defaultLimits,
    queryLimits: defaultQueryLimits,
  });
});

test('what is set is taken', () => {
  const config = loadConfig({
    AMICUS_HOST: '::',
    AMICUS_PORT: '0',
    AMICUS_DATA_DIR: 'elsewhere',
    AMICUS_DATABASE_URL: 'postgresql://localhost/amicus',
    AMICUS_JWT_SECRET: secret,
    AMICUS_JWT_ISSUER: 'https://issuer.example',
    AMICUS_JWT_AUDIENCE: 'amicus',
    AMICUS_AUTO_REGISTER: 'Off',
    AMICUS_LOG_LEVEL: 'silent',
  });
  expect(config).toMatchObject({
    host: '::',
    port: 0,
    databaseUrl: 'postgresql://localhost/amicus',
    jwtSecret: secret,
    jwtIssuer: 'https://issuer.example',
    jwtAudience: 'amicus',
    autoRegister: false,
    logLevel: 'silent',
  });
  expect(isAbsolute(config.dataDir)).toBe(true);
});

test('an empty value counts as unset', () => {
  const empty = Object.fromEntries(allSettings.map((row) => [row.name, '']));
  expect(loadConfig(empty)).toEqual(loadConfig({}));
});

test('every limit can be set and sets that limit alone', () => {
  for (const key of Object.keys(limitSettings) as (keyof Limits)[]) {
    expect(loadConfig({ [limitSettings[key].name]: '7' }).limits).toEqual({ ...defaultLimits, [key]: 7 });
    expect(findProblems({ [limitSettings[key].name]: '0' })).toHaveLength(1);
  }
});

test('all problems are reported at once, and other settings do not hide them', () => {
  const problems = findProblems({
    AMICUS_PORT: '70000',
    AMICUS_LOG_LEVEL: 'loud',
    AMICUS_AUTO_REGISTER: 'maybe',
    AMICUS_LIMIT_FRIENDS: '-1',
    AMICUS_LIMIT_GROUP_NAME_BYTES: '2501',
    AMICUS_HOTS: 'here',
    AMICUS_ZZZZZZZZZZZZ: 'x',
  });
  expect(problems).toEqual([
    'AMICUS_HOTS is not a setting; did you mean AMICUS_HOST?',
    'AMICUS_ZZZZZZZZZZZZ is not a setting',
    'AMICUS_PORT must be a whole number from 0 to 65535, not "70000"',
    'AMICUS_AUTO_REGISTER must be on or off (also true, false, 1, 0), not "maybe"',
    'AMICUS_LOG_LEVEL must be one of trace, debug, info, warn, error, fatal, silent, not "loud"',
    'AMICUS_LIMIT_FRIENDS must be a whole number from 1 to 2147483647, not "-1"',
    'AMICUS_LIMIT_GROUP_NAME_BYTES must be a whole number from 1 to 2500, not "2501"',
  ]);
});

test.each(['4e3', '0x10', '1.5', ' 80', '+80', '१२'])(
  'a number is decimal digits only: %j is none',
  (text) => {
    expect(findProblems({ AMICUS_PORT: text })).toHaveLength(1);
  },
);

test('secrets and addresses that may hold a password are not shown', () => {
  const problems = findProblems({
    AMICUS_JWT_SECRET: 'hunter2',
    AMICUS_JWKS_URL: 'ftp://user:hunter2@host',
    AMICUS_DATABASE_URL: 'mysql://user:hunter2@host',
    AMICUS_REDIS_URL: 'http://user:hunter2@host',
  });
  expect(problems).toHaveLength(4);
  expect(problems.join()).not.toContain('hunter2');
});

test('a secret is measured in bytes', () => {
  expect(findProblems({ AMICUS_JWT_SECRET: 'é'.repeat(16) })).toEqual([]);
  expect(findProblems({ AMICUS_JWT_SECRET: 'e'.repeat(31) })).toHaveLength(1);
});

test('another way to a database, or a replica, needs the database', () => {
  const url = 'postgres://localhost/amicus';
  expect(findProblems({ AMICUS_DATABASE_DIRECT_URL: url, AMICUS_DATABASE_REPLICA_URL: url })).toEqual([
    'AMICUS_DATABASE_DIRECT_URL needs AMICUS_DATABASE_URL',
    'AMICUS_DATABASE_REPLICA_URL needs AMICUS_DATABASE_URL',
  ]);
});

test('a secret and a key set exclude each other', () => {
  const problems = findProblems({
    AMICUS_JWT_SECRET: secret,
    AMICUS_JWKS_URL: 'https://issuer.example/keys',
  });
  expect(problems).toEqual(['AMICUS_JWT_SECRET and AMICUS_JWKS_URL exclude each other: set one of them']);
});

test('a Redis Cluster is named by several of its nodes, each a URL', () => {
  const { redisUrls } = loadConfig({ AMICUS_REDIS_URL: 'redis://:pa%2Css@one:6379, rediss://two' });
  expect(redisUrls).toEqual(['redis://:pa%2Css@one:6379', 'rediss://two']);
  for (const wrong of ['redis://one,two', 'redis://', 'redis://one,redis:///0'])
    expect(findProblems({ AMICUS_REDIS_URL: wrong })).toEqual([
      'AMICUS_REDIS_URL must be a URL beginning with redis:// or rediss:// with a host, or several with commas between them',
    ]);
});

test('origins are as browsers write them, with commas between them, or all', () => {
  const { corsOrigins } = loadConfig({ AMICUS_CORS_ORIGINS: 'https://app.example, http://localhost:3000' });
  expect(corsOrigins).toEqual(['https://app.example', 'http://localhost:3000']);
  expect(loadConfig({ AMICUS_CORS_ORIGINS: '*' }).corsOrigins).toEqual(['*']);
  for (const text of ['app.example', 'https://app.example/', 'https://app.example,', 'https://*.example/x']) {
    expect(findProblems({ AMICUS_CORS_ORIGINS: text })).toHaveLength(1);
  }
});

test('trusted documents are looked after only with a manifest', () => {
  expect(findProblems({ AMICUS_TRUSTED_DOCUMENTS_MODE: 'enforce' })).toEqual([
    'AMICUS_TRUSTED_DOCUMENTS_MODE needs a manifest: set AMICUS_TRUSTED_DOCUMENTS',
  ]);
  const config = loadConfig({
    AMICUS_TRUSTED_DOCUMENTS: 'documents.json',
    AMICUS_TRUSTED_DOCUMENTS_MODE: 'enforce',
  });
  expect(config).toMatchObject({ trustedDocuments: resolve('documents.json'), trustMode: 'enforce' });
});
