import { NOTIFICATION_MAX_BYTES, openNotifications } from '../database/postgres-notifications';
import type { PoolerSetting } from '../database/postgres-config';
import type { Bus } from './bus';
import type { OpenLink } from './bus-link';
import { MemoryBus } from './bus-memory';
import { NodesBus } from './bus-nodes';
import { createRedisLink, REDIS_MAX_BYTES } from './bus-redis';

export interface BusOptions {
  /** Nodes of one Redis Cluster, or one Redis; null when there is none. */
  redisUrls: readonly string[] | null;
  /** Begins the name of the channel in Redis, which all databases of a Redis share. */
  redisPrefix: string;
  /** The PostgreSQL that holds the data; null when the data is in this process's own folder. */
  databaseUrl: string | null;
  /** The way to it past a connection pooler; `databaseUrl` itself when left out or null. */
  databaseDirectUrl?: string | null;
  databasePooler?: PoolerSetting;
  /** Gets why the bus went down, and what listeners throw. */
  onError: (error: unknown) => void;
  /** Told when it is up again after it was down. */
  onUp?: (() => void) | undefined;
}

/**
 * Redis where one is named, otherwise the PostgreSQL that all processes share, otherwise this process alone. Never
 * rejects: a bus that cannot be reached is down, and comes up by itself.
 */
export async function openBus(options: BusOptions): Promise<Bus> {
  const { redisUrls, redisPrefix, databaseUrl, onError, onUp } = options;
  let bus: NodesBus;
  if (redisUrls !== null) {
    const open = createRedisLink(redisUrls, `${redisPrefix}:bus`);
    bus = new NodesBus({ open, maxBytes: REDIS_MAX_BYTES, onError, onUp });
  } else if (databaseUrl !== null) {
    const open = createPostgresLink(
      options.databaseDirectUrl ?? databaseUrl,
      options.databasePooler ?? 'auto',
    );
    bus = new NodesBus({ open, maxBytes: NOTIFICATION_MAX_BYTES, onError, onUp });
  } else {
    return new MemoryBus(onError);
  }
  await bus.start();
  return bus;
}

function createPostgresLink(url: string, pooler: PoolerSetting): OpenLink {
  return async (events) => {
    const { notify, close } = await openNotifications({ url, pooler, channel: 'amicus_bus', ...events });
    return { send: notify, close };
  };
}
