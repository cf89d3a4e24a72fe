import { IncomingMessage } from 'node:http';
import type { WatchedOperation } from '../graphql/watched-operation';

/**
 * A request that is taken for an upgrade only where it asks for a WebSocket. Clients may offer other protocols with any
 * request and go on without (RFC 9110, section 7.8), as Java's does with HTTP/2; Node would hand all of them to
 * whoever waits for upgrades.
 */
export class IncomingRequest extends IncomingMessage {
  /**
   * What metrics, log and trace are told of what it asks for; null before that is watched. Here, and not in
   * a weak map of all requests, which the garbage collector would go through each time.
   */
  operation: WatchedOperation | null = null;
  private wantsUpgrade = false;

  /** Written and read by Node, when the headers have come. */
  get upgrade(): boolean {
    if (!this.wantsUpgrade) return false;
    // Node takes CONNECT for one, too, and cuts it off when nobody waits for that.
    return this.method === 'CONNECT' || this.headers.upgrade?.toLowerCase() === 'websocket';
  }

  set upgrade(wantsUpgrade: boolean | null) {
    this.wantsUpgrade = wantsUpgrade === true;
  }
}
