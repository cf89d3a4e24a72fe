import type { LinkEvents, OpenLink } from './bus-link';

/** No limit of Redis, but of how long one list holds up others. */
export const REDIS_MAX_BYTES = 128 * 1024;
/** To connect, and for one answer. */
const TIMEOUT_MS = 5_000;
const LATE = 'Redis did not answer in time.';

type RedisClient = Awaited<ReturnType<typeof connect>>;

/**
 * By plain publish and subscribe, on one connection. On a Redis Cluster such a text reaches every node whichever it is
 * given to, also while a part of the slots is not served: so any node that answers will do, and `urls` names several.
 */
export function createRedisLink(urls: readonly string[], channel: string): OpenLink {
  return async ({ onText, onLost }: LinkEvents) => {
    const client = await connectToAny(urls);
    client.on('error', onLost);
    try {
      await client.subscribe(channel, onText).catch(throwWithWords);
    } catch (error) {
      client.destroy();
      throw error;
    }
    return {
      send: async (texts) => {
        await Promise.all(texts.map((text) => client.publish(channel, text))).catch(throwWithWords);
      },
      close: () => {
        if (client.isOpen) client.destroy();
        return Promise.resolve();
      },
    };
  };
}

/** The first that answers, in the order in which they are named. */
async function connectToAny(urls: readonly string[]): Promise<RedisClient> {
  let problem: unknown = new Error('No Redis is named.');
  for (const url of urls) {
    try {
      return await connect(url, urls.length > 1);
    } catch (error) {
      problem = error;
    }
  }
  throw problem;
}

/** @param inCluster - whether to refuse a Redis that stands alone: what is told to one of several reaches no other */
async function connect(url: string, inCluster: boolean) {
  // Here and not above: a server without Redis does not have it in its memory.
  const { createClient } = await import('redis');
  const client = createClient({
    url,
    name: 'amicus-bus',
    // Who keeps the connection makes another one, perhaps to another node.
    socket: { connectTimeout: TIMEOUT_MS, reconnectStrategy: false },
    disableOfflineQueue: true,
    maintNotifications: 'disabled',
    commandOptions: { timeout: TIMEOUT_MS },
  });
  // Rejects also what is under way; without a listener it would end the process.
  client.on('error', () => undefined);
  // Of a server that takes the connection and says nothing, the client would wait for ever.
  const wait = { isOver: false };
  const late = setTimeout(() => {
    wait.isOver = true;
    client.destroy();
  }, TIMEOUT_MS);
  try {
    await client.connect();
    if (inCluster) await client.clusterInfo().catch(throwWithWords);
    return client;
  } catch (error) {
    if (client.isOpen) client.destroy();
    throw wait.isOver ? new Error(LATE, { cause: error }) : error;
  } finally {
    clearTimeout(late);
  }
}

/** The client gives no words to a command that could not be written in time, as in a process that was stopped. */
function throwWithWords(error: unknown): never {
  throw error instanceof Error && error.message === '' ? new Error(LATE, { cause: error }) : error;
}
