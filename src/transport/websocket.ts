import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { handleProtocols, type Server as Protocol } from 'graphql-ws';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Verdict } from '../rates/rate-limit';
import { toRateHeaders } from '../rates/rate-refusal';
import type { Connections } from './connections';
import type { Session } from './graphql-ws-protocol';
import { startHeartbeat } from './heartbeat';
import { GRAPHQL_PATH } from './http';
import type { Observer } from './observer';
import type { RateDoor } from './rate-door';
import { REQUEST_ID } from './request-id';
import { splitUrl } from './request-target';
import { sayGoodBye, serveSocket, type SocketOptions } from './serve-socket';

const MAX_FRAME_BYTES = 256 * 1024;

export interface WebSocketDoor {
  /** How many are connected. */
  count(): number;
  /** What was sent to them and waits in this process. */
  unsentBytes(): number;
  /**
   * Does nothing new for any client, gives the answers under way, tells each to go away (1001) and cuts off those that
   * have not closed after `graceMs`.
   */
  stop(graceMs: number): Promise<void>;
}

/** The WebSocket door, at the same path as HTTP. */
export function attachWebSocket(
  server: Server,
  protocol: Protocol<Session>,
  {
    connections,
    rateDoor,
    observer,
    onError,
    requests,
    waitForDocument,
  }: { connections: Connections; rateDoor: RateDoor; observer: Observer } & Pick<
    SocketOptions,
    'onError' | 'requests' | 'waitForDocument'
  >,
): WebSocketDoor {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME_BYTES,
    perMessageDeflate: false,
    handleProtocols,
  });
  sockets.on('headers', (headers, request) => {
    headers.push(`${REQUEST_ID}: ${String(request.headers[REQUEST_ID])}`);
  });
  const sessions = new Set<Session>();
  let isStopping = false;
  const socketOptions: SocketOptions = {
    protocol,
    onError,
    isStopping: () => isStopping,
    onClosed: (session) => sessions.delete(session),
    requests,
    waitForDocument,
  };
  // Begins with the first socket: a server that could not listen has nothing to stop, and one that stops takes none.
  let heartbeat: NodeJS.Timeout | undefined;
  server.on('upgrade', (request, connection, head) => {
    const onLost = (): void => {
      connection.destroy();
    };
    connection.on('error', onLost);
    const untilAnswered = connections.untilAnswered(connection);
    if (splitUrl(request).path !== GRAPHQL_PATH) {
      void untilAnswered.then(() => {
        sendAway(connection, 'HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      });
      return;
    }
    // The answers on one connection come in the order of its requests (RFC 9112, section 9.3.2).
    untilAnswered
      .then(() => rateDoor.findConnectRefusal(request))
      .then((refusal) => {
        // An answer before this one was the last, or the client has gone meanwhile.
        if (!connection.writable) return;
        if (refusal !== null) {
          sendAway(connection, toRefusal(refusal));
          return;
        }
        connection.off('error', onLost);
        const observed = observer.socket(request);
        request.headers[REQUEST_ID] = observed.requestID;
        const rateKey = rateDoor.toKey(request);
        sockets.handleUpgrade(request, connection, head, (socket) => {
          heartbeat ??= startHeartbeat(sessions);
          const underWay: Session['underWay'] = new Map();
          const session: Session = { socket, connection, rateKey, underWay, observed, asked: null };
          sessions.add(session);
          // What listens to the socket is made elsewhere: from here it would keep the request as long.
          serveSocket(session, socketOptions);
        });
      })
      .catch(onError);
  });
  return {
    count: () => sockets.clients.size,
    unsentBytes() {
      let bytes = 0;
      for (const socket of sockets.clients) bytes += socket.bufferedAmount;
      return bytes;
    },
    async stop(graceMs) {
      clearInterval(heartbeat);
      const cutOff = setTimeout(() => {
        for (const socket of sockets.clients) socket.terminate();
      }, graceMs);
      const closed = [...sockets.clients].map(untilClosed);
      isStopping = true;
      for (const session of sessions) sayGoodBye(session);
      sockets.close();
      await Promise.all(closed);
      clearTimeout(cutOff);
    },
  };
}

/** Whatever comes before that: a client may break the protocol when it is told to go away. */
function untilClosed(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', () => {
      resolve();
    });
  });
}

/** Does not wait until the client closes its side: Node looks after the connection no longer, and it may never do so. */
function sendAway(connection: Duplex, answer: string): void {
  connection.once('finish', () => connection.destroy());
  connection.end(answer);
}

function toRefusal(verdict: Verdict): string {
  const headers = { connection: 'close', 'content-length': '0', ...toRateHeaders(verdict) };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 429 Too Many Requests\r\n${lines.join('')}\r\n`;
}
