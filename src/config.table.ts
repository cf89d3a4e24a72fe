import { resolve } from 'node:path';
import { databaseSettings } from './config.database';
import { defaultLimits, type Limits } from './limits';
import { queryLimitSettings } from './query-limits';
import {
  optional,
  type Setting,
  toChoice,
  toInteger,
  toOrigins,
  toSecret,
  toSwitch,
  toText,
  toUrl,
  toUrls,
} from './lib/setting';
import { toTrustedProxies } from './lib/trusted-proxies';

/** Pino's levels, and `silent`. */
const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const FORWARDED_HEADERS = ['x-forwarded-for', 'forwarded'] as const;
export type ForwardedHeader = (typeof FORWARDED_HEADERS)[number];

const TRUST_MODES = ['off', 'log', 'enforce'] as const;
export type TrustMode = (typeof TRUST_MODES)[number];

/** Every setting but the limits, under the name it has in the code. The manual lists them in this order. */
export const settings = {
  host: {
    name: 'AMICUS_HOST',
    default: '127.0.0.1',
    description: 'The address to listen on; `0.0.0.0` or `::` for all of the machine.',
    parse: toText,
  },
  port: {
    name: 'AMICUS_PORT',
    default: '4000',
    description: 'The TCP port to listen on; 0 picks a free one.',
    parse: toInteger(0, 65_535),
  },
  dataDir: {
    name: 'AMICUS_DATA_DIR',
    default: './data',
    description: 'The folder of the embedded database and of the signing secret, made when it is missing.',
    parse: (text) => ({ value: resolve(text) }),
  },
  databaseUrl: {
    name: 'AMICUS_DATABASE_URL',
    default: '',
    description:
      'A PostgreSQL database, `postgres://…`, brought to this version by `amicus migrate`; unset, the embedded SQLite in the data folder.',
    secret: true,
    parse: optional(toUrl('postgres', 'postgresql')),
  },
  ...databaseSettings,
  redisUrls: {
    name: 'AMICUS_REDIS_URL',
    default: '',
    description:
      'A Redis 7 that carries hints between the servers of one database, `redis://…`; of a Redis Cluster several nodes, with commas between them. Unset, PostgreSQL carries them.',
    secret: true,
    parse: optional(toUrls('redis', 'rediss')),
  },
  redisPrefix: {
    name: 'AMICUS_REDIS_PREFIX',
    default: 'amicus',
    description:
      'What every name in Redis begins with: the same for all servers of one database, another one for each database that shares the Redis.',
    parse: toText,
  },
  jwtSecret: {
    name: 'AMICUS_JWT_SECRET',
    default: '',
    description:
      'The HS256 secret of the bearer tokens, 32 bytes or more. With this and the JWKS URL unset, ' +
      'a secret is made and kept in the data folder.',
    secret: true,
    parse: optional(toSecret(32)),
  },
  jwksUrl: {
    name: 'AMICUS_JWKS_URL',
    default: '',
    description: "The key set of the tokens' issuer, `https://…`, instead of a secret.",
    secret: true,
    parse: optional(toUrl('http', 'https')),
  },
  jwtIssuer: {
    name: 'AMICUS_JWT_ISSUER',
    default: '',
    description: 'The `iss` that every token must have; unset, any.',
    parse: optional(toText),
  },
  jwtAudience: {
    name: 'AMICUS_JWT_AUDIENCE',
    default: '',
    description: 'The `aud` that every token must have; unset, any.',
    parse: optional(toText),
  },
  jwtClockSkewSeconds: {
    name: 'AMICUS_JWT_CLOCK_SKEW',
    default: '5',
    description: "How many seconds the clock of the tokens' issuer may be off.",
    parse: toInteger(0, 300),
  },
  jwtMaxAgeSeconds: {
    name: 'AMICUS_JWT_MAX_AGE',
    default: '',
    description:
      'How many seconds after its `iat` a token ends at the latest, whatever its `exp` says; a token without an `iat` is then refused. Unset, as long as it says.',
    parse: optional(toInteger(1, 315_360_000)),
  },
  autoRegister: {
    name: 'AMICUS_AUTO_REGISTER',
    default: 'on',
    description: 'Whether the first call of an unknown user creates it: `on` or `off`.',
    parse: toSwitch,
  },
  eventRetentionDays: {
    name: 'AMICUS_EVENT_RETENTION_DAYS',
    default: '7',
    description: 'How many days live events are kept, for clients that come back.',
    parse: toInteger(1, 36_500),
  },
  eventRetentionCount: {
    name: 'AMICUS_EVENT_RETENTION_COUNT',
    default: '10000',
    description: 'How many live events of one user are kept, however young they are.',
    parse: toInteger(1, 2_147_483_647),
  },
  maxConnections: {
    name: 'AMICUS_MAX_CONNECTIONS',
    default: '20000',
    description:
      'How many connections may be open on this server, HTTP and WebSocket. For one more, the connection goes that has been idle longest without a valid token.',
    parse: toInteger(1, 1_000_000),
  },
  auditRetentionDays: {
    name: 'AMICUS_AUDIT_RETENTION',
    default: '365',
    description: 'How many days the audit log keeps what administrators did.',
    parse: toInteger(1, 36_500),
  },
  socketsPerUser: {
    name: 'AMICUS_SOCKETS_PER_USER',
    default: '32',
    description: 'How many WebSocket connections one user may have open on this server.',
    parse: toInteger(1, 1_000_000),
  },
  operationsPerSocket: {
    name: 'AMICUS_OPERATIONS_PER_SOCKET',
    default: '64',
    description: 'How many operations may be under way on one WebSocket connection.',
    parse: toInteger(1, 1_000_000),
  },
  refusalCooldownSeconds: {
    name: 'AMICUS_REFUSAL_COOLDOWN_SECONDS',
    default: '86400',
    description:
      'How long a user who was refused may not ask the same user again; 0 for not at all. A day when unset.',
    parse: toInteger(0, 315_360_000),
  },
  trustedProxies: {
    name: 'AMICUS_TRUSTED_PROXIES',
    default: '0',
    description:
      'Proxies that are believed when they say which address a client has: how many stand in front of this server, or their addresses and networks, `10.0.0.0/8,::1`. With 0, none.',
    parse: toTrustedProxies,
  },
  forwardedHeader: {
    name: 'AMICUS_FORWARDED_HEADER',
    default: 'x-forwarded-for',
    description: 'The header in which these proxies say it: `x-forwarded-for` or `forwarded`.',
    parse: toChoice(FORWARDED_HEADERS),
  },
  rateWindowSeconds: {
    name: 'AMICUS_RATE_WINDOW_SECONDS',
    default: '60',
    description: 'The window of the limits below, which begins with the first that is counted.',
    parse: toInteger(1, 86_400),
  },
  rateRequests: rate('REQUESTS', '60000', 'HTTP requests of one address (IPv6: /64) to this server'),
  rateConnects: rate('CONNECTS', '12000', 'WebSocket handshakes of one address'),
  rateFailures: rate(
    'FAILURES',
    '300',
    'Refused tokens of one address, after which no new token from there is looked at',
  ),
  rateQueries: rate('QUERIES', '3000', 'Queries of one user, each counted by its root fields'),
  rateMutations: rate('MUTATIONS', '600', 'Mutations of one user, each counted by its root fields'),
  rateSubscriptions: rate('SUBSCRIPTIONS', '300', 'Subscriptions that one user begins'),
  rateExports: rate('EXPORTS', '3', 'Fields `exportUser` that one user asks for, which are queries too'),
  drainDelayMs: {
    name: 'AMICUS_DRAIN_DELAY_MS',
    default: '0',
    description:
      'How many milliseconds the server goes on serving, while `/readyz` answers 503, once it is asked to stop: longer than the load balancer takes to notice.',
    parse: toInteger(0, 600_000),
  },
  corsOrigins: {
    name: 'AMICUS_CORS_ORIGINS',
    default: '',
    description:
      'The origins of web pages that may call from another site, `https://app.example`, with commas between them; `*` for all. Unset, none.',
    parse: toOrigins,
  },
  trustedDocuments: {
    name: 'AMICUS_TRUSTED_DOCUMENTS',
    default: '',
    description:
      'A manifest of the documents that clients may ask for by id, as graphql-codegen, Relay or Apollo write it.',
    parse: optional((text) => ({ value: resolve(text) })),
  },
  trustMode: {
    name: 'AMICUS_TRUSTED_DOCUMENTS_MODE',
    default: 'off',
    description:
      'What becomes of a document that is not in the manifest: `off` serves it, `log` serves and logs it, `enforce` refuses it.',
    parse: toChoice(TRUST_MODES),
  },
  introspection: {
    name: 'AMICUS_INTROSPECTION',
    default: 'on',
    description:
      'Whether clients may ask for the schema: `on` or `off`. With `off` errors suggest no names of it either.',
    parse: toSwitch,
  },
  queryTimeoutMs: {
    name: 'AMICUS_QUERY_TIMEOUT_MS',
    default: '10000',
    description: 'After how many milliseconds a query is answered with an error, and PostgreSQL ends a read.',
    parse: toInteger(1, 2_147_483_647),
  },
  mutationTimeoutMs: {
    name: 'AMICUS_MUTATION_TIMEOUT_MS',
    default: '30000',
    description:
      'After how many milliseconds a mutation is answered with an error, and PostgreSQL ends a write.',
    parse: toInteger(1, 2_147_483_647),
  },
  logLevel: {
    name: 'AMICUS_LOG_LEVEL',
    default: 'info',
    description: `How much is logged: \`${LOG_LEVELS.join('`, `')}\`.`,
    parse: toChoice(LOG_LEVELS),
  },
  logRequests: {
    name: 'AMICUS_LOG_REQUESTS',
    default: 'off',
    description:
      'Whether every request, WebSocket connection and operation on one gets a line in the log, at `info`: `on` or `off`.',
    parse: toSwitch,
  },
  metrics: {
    name: 'AMICUS_METRICS',
    default: 'on',
    description: 'Whether `/metrics` is served: `on` or `off`.',
    parse: toSwitch,
  },
  metricsPort: {
    name: 'AMICUS_METRICS_PORT',
    default: '',
    description:
      'A TCP port of its own for `/metrics`, which the other one does not serve then; 0 picks a free one. Unset, both share the port of the API.',
    parse: optional(toInteger(0, 65_535)),
  },
  metricsHost: {
    name: 'AMICUS_METRICS_HOST',
    default: '127.0.0.1',
    description: 'The address on which that port listens.',
    parse: toText,
  },
  otelEndpoint: {
    name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    default: '',
    description:
      'An OpenTelemetry collector that gets traces by OTLP over HTTP, `http://…:4318`. Unset, nothing is traced.',
    secret: true,
    parse: optional(toUrl('http', 'https')),
  },
} satisfies Record<string, Setting<unknown>>;

/** Of a text in a key, with two user ids beside it: PostgreSQL keeps no entry of an index above 2,704 bytes. */
const MAX_KEY_BYTES = 2_500;

/** The limits, in the order of the manual. */
export const limitSettings = {
  friends: limit('friends', 'FRIENDS', 'Friends in one list.'),
  blocks: limit('blocks', 'BLOCKS', 'Users in one blocklist.'),
  applications: limit('applications', 'APPLICATIONS', 'Pending friend requests of one user, each direction.'),
  applicationsPerHour: limit(
    'applicationsPerHour',
    'APPLICATIONS_PER_HOUR',
    'Friend requests that one user may make or renew within any hour.',
  ),
  groups: limit('groups', 'GROUPS', 'Friend groups of one user.'),
  idsPerCall: limit('idsPerCall', 'IDS_PER_CALL', 'User ids in one call.'),
  usersPerImport: limit('usersPerImport', 'USERS_PER_IMPORT', 'Users in one `importUsers` call.'),
  friendsPerImport: limit('friendsPerImport', 'FRIENDS_PER_IMPORT', 'Friends in one `importFriends` call.'),
  groupNameBytes: limit(
    'groupNameBytes',
    'GROUP_NAME_BYTES',
    "Bytes of a friend group's name; 2500 at the most.",
    MAX_KEY_BYTES,
  ),
  profileTextBytes: limit(
    'profileTextBytes',
    'PROFILE_TEXT_BYTES',
    'Bytes of each of nickName, faceUrl and selfSignature.',
  ),
  remarkBytes: limit('remarkBytes', 'REMARK_BYTES', 'Bytes of a friend remark.'),
  wordingBytes: limit('wordingBytes', 'WORDING_BYTES', "Bytes of a friend request's wording."),
  customFields: limit('customFields', 'CUSTOM_FIELDS', 'Custom fields of one user, and of one friend.'),
  customValueBytes: limit('customValueBytes', 'CUSTOM_VALUE_BYTES', "Bytes of a custom field's value."),
  pageSize: limit('pageSize', 'PAGE_SIZE', 'Items in one page.'),
} satisfies Record<keyof Limits, Setting<number>>;

/** Every row, in the order of the manual. */
export const allSettings: readonly Setting<unknown>[] = [
  ...Object.values(settings),
  ...Object.values(limitSettings),
  ...Object.values(queryLimitSettings),
];

function rate(suffix: string, points: string, what: string): Setting<number> {
  return {
    name: `AMICUS_RATE_${suffix}`,
    default: points,
    description: `${what}, within the window; 0 for any number.`,
    parse: toInteger(0, 2_147_483_647),
  };
}

function limit(
  key: keyof Limits,
  suffix: string,
  description: string,
  maximum = 2_147_483_647,
): Setting<number> {
  return {
    name: `AMICUS_LIMIT_${suffix}`,
    default: String(defaultLimits[key]),
    description,
    parse: toInteger(1, maximum),
  };
}
