/** To connect, and for one answer. */
const TIMEOUT_MS = 1_000;
/** Before the next attempt to connect. */
const PAUSE_MS = 1_000;

type RedisClient = Awaited<ReturnType<typeof connect>>;
type EvalOptions = { keys: string[]; arguments: string[] };

/**
 * A Redis, or a Redis Cluster, that runs scripts. The first sign of trouble ends the connection, so that callers wait
 * at most once, for a second; a new one is made in the background until it succeeds.
 */
export class RateRedis {
  private client: RedisClient | null = null;
  private isStopped = false;
  private isTroubled = false;
  private reconnect: NodeJS.Timeout | undefined;

  /** `onError` gets what the trouble is, once until a script has run again. */
  constructor(
    private readonly urls: readonly string[],
    private readonly onError: (error: unknown) => void,
  ) {}

  get isReady(): boolean {
    return this.client !== null;
  }

  /** Resolves when the first attempt to connect is over, well or not. Never rejects. */
  async start(): Promise<void> {
    try {
      const client = await connect(this.urls);
      if (this.isStopped) {
        client.destroy();
        return;
      }
      const onLost = (error: unknown): void => {
        this.drop(client, error);
      };
      client.on('error', onLost);
      client.on('node-error', onLost);
      this.client = client;
    } catch (error) {
      this.report(error);
      this.startAgain();
    }
  }

  /** As rate-limiter-flexible calls it. Rejects when there is no answer within a second. */
  async eval(script: string, options: EvalOptions): Promise<unknown> {
    const { client } = this;
    if (client === null) throw new Error('Redis is not connected.');
    try {
      const answer = await withinTime(client.eval(script, options));
      this.isTroubled = false;
      return answer;
    } catch (error) {
      this.drop(client, error);
      throw error;
    }
  }

  /** Safe to call twice. */
  stop(): void {
    this.isStopped = true;
    clearTimeout(this.reconnect);
    const { client } = this;
    this.client = null;
    if (client?.isOpen === true) client.destroy();
  }

  private drop(client: RedisClient, error: unknown): void {
    if (this.client !== client) return;
    this.client = null;
    if (client.isOpen) client.destroy();
    this.report(error);
    this.startAgain();
  }

  private startAgain(): void {
    if (this.isStopped) return;
    this.reconnect = setTimeout(() => void this.start(), PAUSE_MS);
  }

  private report(cause: unknown): void {
    if (this.isTroubled) return;
    this.isTroubled = true;
    this.onError(new Error('Redis is missing: each server limits rates for itself.', { cause }));
  }
}

async function connect(urls: readonly string[]) {
  // Here and not above: a server without Redis does not have it in its memory.
  const { createClient, createCluster } = await import('redis');
  const [url = ''] = urls;
  const { username, password, protocol } = new URL(url);
  const shared = {
    disableOfflineQueue: true,
    socket: { connectTimeout: TIMEOUT_MS, reconnectStrategy: false },
  } as const;
  const client =
    urls.length === 1
      ? createClient({ ...shared, url, name: 'amicus-rates', maintNotifications: 'disabled' })
      : createCluster({
          rootNodes: urls.map((node) => ({ url: node })),
          // Nodes that the cluster names are reached as the first one that was given.
          defaults: {
            ...shared,
            ...(username !== '' && { username: decodeURIComponent(username) }),
            ...(password !== '' && { password: decodeURIComponent(password) }),
            socket: { ...shared.socket, ...(protocol === 'rediss:' && { tls: true as const }) },
          },
        });
  // Without a listener it would end the process.
  client.on('error', () => undefined);
  try {
    await withinTime<unknown>(client.connect());
    return client;
  } catch (error) {
    if (client.isOpen) client.destroy();
    throw error;
  }
}

async function withinTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error('Redis did not answer in time.'));
    }, TIMEOUT_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
