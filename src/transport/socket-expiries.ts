import { CloseCode } from 'graphql-ws';
import type { WebSocket } from 'ws';
import type { Clock } from '../lib/clock';

/** How long a socket may outlive its token. */
const LOOK_MS = 500;

/**
 * Closes sockets whose token has expired. One timer for all, and not one each: it goes by the clock of the server, also
 * when that is set anew, and ten thousand tokens that end at moments of their own take no timers.
 */
export class SocketExpiries {
  private readonly expiresAtMs = new Map<WebSocket, number>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly clock: Clock) {}

  /** Null for a token that has no end. */
  add(socket: WebSocket, expiresAtMs: number | null): void {
    if (expiresAtMs === null) return;
    this.expiresAtMs.set(socket, expiresAtMs);
    this.timer ??= setInterval(() => {
      this.closeExpired();
    }, LOOK_MS);
  }

  delete(socket: WebSocket): void {
    this.expiresAtMs.delete(socket);
    if (this.expiresAtMs.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private closeExpired(): void {
    const nowMs = this.clock.now();
    for (const [socket, expiresAtMs] of this.expiresAtMs) {
      if (expiresAtMs <= nowMs) socket.close(CloseCode.Forbidden, 'The token has expired');
    }
  }
}
