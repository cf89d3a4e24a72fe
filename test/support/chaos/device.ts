import { createClient, type Client } from 'graphql-ws';
import WebSocket from 'ws';
import { LISTEN, type ReceivedEvent } from '../listener';
import type { Door } from './door';
import type { Patience } from './patience';

const TRY_AGAIN_LATER = 1013;
/** A client waits a little before it connects again, each one differently. */
const BACKOFF_MS = 100;

/** One device as an app has it: graphql-ws's client, which connects again by itself, and the last cursor. */
export class ChaosDevice {
  readonly received: ReceivedEvent[] = [];
  /** What the server ended, where it may only close the socket. */
  readonly failures: string[] = [];
  reconnects = 0;
  closedTooSlow = 0;
  private readonly client: Client;
  /** Of the last connection. */
  private socket: WebSocket | null = null;
  private stopped = false;
  private waiting: (() => void)[] = [];

  constructor(
    door: Door,
    readonly name: string,
    readonly userID: string,
    token: string,
    private cursor: string,
  ) {
    const keep = (socket: WebSocket): void => {
      this.socket = socket;
    };
    class KeptSocket extends WebSocket {
      constructor(address: string, protocols: string[]) {
        super(address, protocols);
        keep(this);
      }
    }
    let missing: NodeJS.Timeout | undefined;
    const { pingMs = 0, answerMs = 0 } = door.manners ?? {};
    this.client = createClient({
      url: async () => (await door.enter()).replace('http', 'ws'),
      webSocketImpl: KeptSocket,
      connectionParams: { authorization: `Bearer ${token}` },
      ...(door.usesDefaultRetry !== true && {
        retryAttempts: Infinity,
        shouldRetry: () => true,
        retryWait: async () => {
          await new Promise((resolve) => setTimeout(resolve, Math.random() * BACKOFF_MS));
        },
      }),
      // As graphql-ws's recipe for a client that must notice by itself that nobody is at the other end. But for its
      // `terminate`, which keeps the socket: what that still brings would come beside the next connection.
      connectionAckWaitTimeout: answerMs,
      keepAlive: pingMs,
      on: {
        ping: (isReceived) => {
          if (!isReceived)
            missing = setTimeout(() => {
              this.cut();
            }, pingMs);
        },
        pong: () => {
          clearTimeout(missing);
        },
        connected: (_socket, _payload, wasRetry) => {
          if (wasRetry) this.reconnects += 1;
        },
        closed: (event) => {
          clearTimeout(missing);
          if ((event as { code: number }).code === TRY_AGAIN_LATER) this.closedTooSlow += 1;
        },
      },
    });
    this.subscribe();
  }

  /** Whether it was delivered the event of this cursor, or stands there from the beginning. */
  hasReached(cursor: string): boolean {
    return this.received.some((event) => event.cursor === cursor);
  }

  /** Resolves when it listens. */
  async whenOpen(): Promise<void> {
    if (this.received.length === 0) await this.next();
  }

  /** Resolves when that is so, or patience is at its end. Looks again at each thing that comes. */
  async until(isSo: () => boolean, patience: Patience): Promise<void> {
    while (!patience.isOver && !isSo()) await Promise.race([this.next(), patience.over]);
  }

  /** Breaks the connection, without a word to the server. */
  cut(): void {
    this.socket?.terminate();
  }

  /** Stops reading: bytes stay in the network. The returned function goes on. */
  stall(): () => void {
    const { socket } = this;
    socket?.pause();
    return () => {
      socket?.resume();
    };
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.client.dispose();
  }

  private next(): Promise<void> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  private subscribe(): void {
    const readCursor = (): string => this.cursor;
    const variables = {
      // Read anew for each connection: what comes first there goes on behind what came last before.
      get after() {
        return readCursor();
      },
    };
    const goOn = (failure: string): void => {
      if (this.stopped) return;
      this.failures.push(`device ${this.name}: ${failure}`);
      this.subscribe();
    };
    this.client.subscribe<{ friendshipEvents: ReceivedEvent }>(
      { query: LISTEN, variables },
      {
        next: ({ data, errors }) => {
          if (data) this.take(data.friendshipEvents);
          else this.failures.push(`device ${this.name} was sent ${JSON.stringify(errors)}`);
        },
        error: (error) => {
          goOn(`its subscription failed: ${error instanceof Error ? error.message : JSON.stringify(error)}`);
        },
        complete: () => {
          goOn('its subscription was ended');
        },
      },
    );
  }

  private take(event: ReceivedEvent): void {
    this.received.push(event);
    this.cursor = event.cursor;
    for (const wake of this.waiting.splice(0)) wake();
  }
}
