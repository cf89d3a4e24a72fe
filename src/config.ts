import {
  allSettings,
  type ForwardedHeader,
  limitSettings,
  type LogLevel,
  settings,
  type TrustMode,
} from './config.table';
import { databaseSettings } from './config.database';
import type { PostgresConfig } from './database/postgres-config';
import { findNearestName } from './lib/nearest-name';
import type { Parsed, Setting } from './lib/setting';
import type { TrustedProxies } from './lib/trusted-proxies';
import type { Limits } from './limits';
import type { RateConfig } from './rates/rate-limits';
import { queryLimitSettings, type QueryLimits } from './query-limits';

/** What the operator decided, checked. Null means that the setting is absent. */
export interface Config extends PostgresConfig, RateConfig {
  readonly host: string;
  /** 0 lets the system pick a free port. */
  readonly port: number;
  /** An absolute path; the folder need not exist. */
  readonly dataDir: string;
  /** Null means the embedded SQLite in `dataDir`. */
  readonly databaseUrl: string | null;
  /**
   * One Redis or nodes of one Redis Cluster; null means that PostgreSQL carries the hints, or that nothing has to, and
   * that each server counts rates for itself.
   */
  readonly redisUrls: readonly string[] | null;
  /** Never set together with `jwksUrl`. With neither, the secret is the one in `dataDir`. */
  readonly jwtSecret: string | null;
  readonly jwksUrl: string | null;
  /** Null accepts tokens of every issuer. */
  readonly jwtIssuer: string | null;
  /** Null accepts tokens for every audience. */
  readonly jwtAudience: string | null;
  /** How far the issuer's clock may be off. */
  readonly jwtClockSkewSeconds: number;
  /** Null when a token may live as long as it says. */
  readonly jwtMaxAgeSeconds: number | null;
  /** Whether the first authenticated call of an unknown user creates it. */
  readonly autoRegister: boolean;
  /** Live events are kept this long, and this many of one user: whichever is less. */
  readonly eventRetentionDays: number;
  readonly eventRetentionCount: number;
  readonly maxConnections: number;
  readonly auditRetentionDays: number;
  readonly socketsPerUser: number;
  /** Under way at once, subscriptions included. */
  readonly operationsPerSocket: number;
  /** How long who was refused may not ask the same user again. */
  readonly refusalCooldownSeconds: number;
  /** Whose word about a client's address is believed, and in which header they write it. */
  readonly trustedProxies: TrustedProxies;
  readonly forwardedHeader: ForwardedHeader;
  /** From the moment at which the server is not ready any more until it takes no more connections. */
  readonly drainDelayMs: number;
  /** As browsers write them, or `*` for all. */
  readonly corsOrigins: readonly string[];
  /** An absolute path; null means no manifest, and then the mode is off. */
  readonly trustedDocuments: string | null;
  readonly trustMode: TrustMode;
  /** Whether clients may ask for the schema. */
  readonly introspection: boolean;
  readonly queryTimeoutMs: number;
  readonly mutationTimeoutMs: number;
  readonly logLevel: LogLevel;
  /** A line for each request, connection and operation. */
  readonly logRequests: boolean;
  readonly metrics: boolean;
  /** Null serves the metrics at `port`; 0 lets the system pick a free one. */
  readonly metricsPort: number | null;
  readonly metricsHost: string;
  /** Where OTLP over HTTP is taken, without `/v1/traces`; null traces nothing. */
  readonly otelEndpoint: string | null;
  readonly limits: Limits;
  readonly queryLimits: QueryLimits;
}

/** The environment cannot be used; the message names every problem, one a line, and shows no secret. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(['The configuration cannot be used:', ...problems.map((problem) => `  ${problem}`)].join('\n'));
    this.name = 'ConfigError';
  }
}

type Environment = Readonly<Record<string, string | undefined>>;
type Values<Rows> = { [Key in keyof Rows]: Rows[Key] extends Setting<infer Value> ? Value : never };

/**
 * Reads the `AMICUS_*` variables; others are ignored, and an empty value counts as unset. Reads nothing else: no
 * file is opened, so a folder or server that is named need not be there.
 *
 * @throws ConfigError with all problems at once, variables that do not exist included
 */
export function loadConfig(env: Environment): Config {
  const problems = findUnknownNames(env);
  const values = readAll(settings, env, problems);
  const limits = readAll(limitSettings, env, problems);
  const queryLimits = readAll(queryLimitSettings, env, problems);
  if (values.jwtSecret !== null && values.jwksUrl !== null) {
    problems.push('AMICUS_JWT_SECRET and AMICUS_JWKS_URL exclude each other: set one of them');
  }
  if (values.trustMode !== 'off' && values.trustedDocuments === null) {
    problems.push('AMICUS_TRUSTED_DOCUMENTS_MODE needs a manifest: set AMICUS_TRUSTED_DOCUMENTS');
  }
  for (const [key, { name }] of [
    ['databaseDirectUrl', databaseSettings.databaseDirectUrl],
    ['databaseReplicaUrl', databaseSettings.databaseReplicaUrl],
  ] as const) {
    if (values[key] !== null && values.databaseUrl === null)
      problems.push(`${name} needs AMICUS_DATABASE_URL`);
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return { ...values, limits, queryLimits };
}

/** A value that is wrong adds to `problems`, and its default stands in for it so that the others are looked at too. */
function readAll<Rows extends Readonly<Record<string, Setting<unknown>>>>(
  rows: Rows,
  env: Environment,
  problems: string[],
): Values<Rows> {
  const read = ([key, row]: [string, Setting<unknown>]): [string, unknown] => {
    const text = env[row.name] ?? '';
    const parsed = row.parse(text === '' ? row.default : text);
    if ('value' in parsed) return [key, parsed.value];
    const shown = row.secret === true ? '' : `, not ${JSON.stringify(text)}`;
    problems.push(`${row.name} must be ${parsed.expected}${shown}`);
    return [key, requireDefault(row)];
  };
  return Object.fromEntries(Object.entries(rows).map(read)) as Values<Rows>;
}

function requireDefault(row: Setting<unknown>): unknown {
  const parsed: Parsed<unknown> = row.parse(row.default);
  if ('value' in parsed) return parsed.value;
  throw new Error(`the default of ${row.name} is not ${parsed.expected}`);
}

function findUnknownNames(env: Environment): string[] {
  const known = allSettings.map((row) => row.name);
  return Object.keys(env)
    .filter((name) => name.startsWith('AMICUS_') && env[name] !== undefined && !known.includes(name))
    .sort()
    .map((name) => {
      const nearest = findNearestName(name, known);
      return `${name} is not a setting${nearest === null ? '' : `; did you mean ${nearest}?`}`;
    });
}
