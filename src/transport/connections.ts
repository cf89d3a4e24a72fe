import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';

/** Browsers have one at a time; more than this is no client that waits for its answers. */
const MAX_REQUESTS_AT_ONCE = 32;

/**
 * The connections of one server, HTTP and WebSocket alike: never more than `max`. For a new one that finds no room, the
 * one goes that has been idle for the longest: idle is where nobody with a valid token is being served. So strangers may
 * take all the room, and those who are signed in neither lose their connections nor fail to get new ones.
 */
export class Connections {
  /** With the number of HTTP requests under way on each. */
  private readonly underWay = new Map<Duplex, number>();
  /** The longest idle first. */
  private readonly idle = new Set<Duplex & { readonly bytesRead?: number }>();
  /** Who waits until all that came before on a connection is answered. */
  private readonly waiting = new Map<Duplex, () => void>();
  /** For want of room, since the start. */
  dropped = 0;

  constructor(private readonly max: number) {}

  get count(): number {
    return this.underWay.size;
  }

  watch(server: Server): void {
    server.on('connection', (connection: Duplex) => {
      this.enter(connection);
    });
  }

  /**
   * How many requests are under way on the connection with this one. 0, and it is cut off, when that would be too many.
   */
  beginRequest(connection: Duplex): number {
    const count = this.underWay.get(connection);
    // Requests that came in one piece with the one that was too much are told of, too.
    if (count === undefined) return 0;
    if (count >= MAX_REQUESTS_AT_ONCE) {
      this.leave(connection);
      connection.destroy();
      return 0;
    }
    this.underWay.set(connection, count + 1);
    return count + 1;
  }

  /** How many requests are under way on the connection. */
  countRequests(connection: Duplex): number {
    return this.underWay.get(connection) ?? 0;
  }

  /**
   * Resolves when no request is under way on the connection any more, or when it has closed. For its last request, behind
   * which Node reads no other: an upgrade.
   */
  async untilAnswered(connection: Duplex): Promise<void> {
    if (this.countRequests(connection) === 0) return;
    await new Promise<void>((resolve) => this.waiting.set(connection, resolve));
  }

  /** Once for each request that has begun. */
  endRequest(connection: Duplex): void {
    const count = this.underWay.get(connection);
    if (count === undefined) return;
    this.underWay.set(connection, count - 1);
    if (count > 1) return;
    this.idle.add(connection);
    this.endWaiting(connection);
  }

  /** Somebody with a valid token is served on it: until the request ends, or for good where there is none. */
  hold(connection: Duplex): void {
    this.idle.delete(connection);
  }

  /** Cuts off those on which nothing has come yet: browsers open some for later, and Node takes them for busy. */
  dropSilent(): void {
    for (const connection of this.idle) if (connection.bytesRead === 0) connection.destroy();
  }

  private enter(connection: Duplex): void {
    this.underWay.set(connection, 0);
    this.idle.add(connection);
    connection.once('close', () => {
      this.leave(connection);
    });
    if (this.count <= this.max) return;
    const [longestIdle = connection] = this.idle;
    this.dropped++;
    this.leave(longestIdle);
    longestIdle.destroy();
  }

  private leave(connection: Duplex): void {
    this.underWay.delete(connection);
    this.idle.delete(connection);
    this.endWaiting(connection);
  }

  private endWaiting(connection: Duplex): void {
    this.waiting.get(connection)?.();
    this.waiting.delete(connection);
  }
}
