import { RateLimiterRedis } from 'rate-limiter-flexible';
import { BoundedMemory } from './bounded-memory';
import { RateLimit, type RateCounter } from './rate-limit';
import { RateRedis } from './rate-redis';

export interface RateConfig {
  readonly rateWindowSeconds: number;
  /** How many of each within the window, 0 for any number: the first three by address, the others by user. */
  readonly rateRequests: number;
  readonly rateConnects: number;
  readonly rateFailures: number;
  readonly rateQueries: number;
  readonly rateMutations: number;
  readonly rateSubscriptions: number;
  readonly rateExports: number;
  /** Null counts on each server for itself. */
  readonly redisUrls: readonly string[] | null;
  readonly redisPrefix: string;
}

/**
 * HTTP requests, WebSocket handshakes and tokens that are refused, by address; the kinds of operations, exports of a
 * user, and documents that cannot be executed, over either door, by user. Of those documents as many as of queries.
 */
export const RATE_KINDS = [
  'requests',
  'connects',
  'failures',
  'queries',
  'mutations',
  'subscriptions',
  'exports',
  'invalidDocuments',
] as const;

export type RateLimits = Readonly<Record<(typeof RATE_KINDS)[number], RateLimit>> & {
  /** Safe to call twice. */
  stop(): void;
};

/** Of one limit, on one server. */
const MAX_KEYS = 100_000;

/**
 * Where a Redis is named, the limits hold over all servers together, and on each for itself while Redis is missing.
 * Only HTTP requests by address and invalid documents are never counted there: those limits are to keep a flood from
 * costing anything, and it would cost a round trip.
 */
export async function openRateLimits(
  config: RateConfig,
  onError: (error: unknown) => void,
): Promise<RateLimits> {
  const { rateWindowSeconds: windowSeconds, redisUrls, redisPrefix } = config;
  const shared = [
    config.rateConnects,
    config.rateFailures,
    config.rateQueries,
    config.rateMutations,
    config.rateSubscriptions,
    config.rateExports,
  ];
  const redis =
    redisUrls === null || shared.every((points) => points === 0) ? null : new RateRedis(redisUrls, onError);
  await redis?.start();

  const create = (name: string, points: number, store: RateRedis | null): RateLimit => {
    const options = { points, duration: windowSeconds, keyPrefix: `${redisPrefix}:rate:${toKeyPart(name)}` };
    const createCounter = (): RateCounter => {
      const memory = new BoundedMemory(options, MAX_KEYS);
      if (store === null) return memory;
      return new RateLimiterRedis({
        ...options,
        storeClient: store,
        useRedisPackage: true,
        rejectIfRedisNotReady: true,
        insuranceLimiter: memory,
      });
    };
    return new RateLimit({ name, points, windowSeconds }, points === 0 ? null : createCounter());
  };
  return {
    requests: create('requests', config.rateRequests, null),
    connects: create('connections', config.rateConnects, redis),
    failures: create('refused tokens', config.rateFailures, redis),
    queries: create('queries', config.rateQueries, redis),
    mutations: create('mutations', config.rateMutations, redis),
    subscriptions: create('subscriptions', config.rateSubscriptions, redis),
    exports: create('exports', config.rateExports, redis),
    invalidDocuments: create('invalid documents', config.rateQueries, null),
    stop: () => redis?.stop(),
  };
}

function toKeyPart(name: string): string {
  return name.replaceAll(' ', '-');
}
