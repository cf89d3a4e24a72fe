import { once } from 'node:events';
import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { handleProtocols, type Server as Protocol } from 'graphql-ws';
import { WebSocketServer, type WebSocket } from 'ws';
import { readClientMessage } from './client-message';
import type { Session } from './graphql-ws-protocol';
import { GRAPHQL_PATH, splitUrl } from './http';
import { MessageTurns } from './message-turns';
import type { ObservedSocket } from './observed-socket';
import type { Observer } from './observer';
import { OperationNames } from './operation-names';
import { REQUEST_ID } from './request-id';
import type { Verdict } from '../rates/rate-limit';
import { toRateHeaders } from '../rates/rate-refusal';
import type { RateDoor } from './rate-door';

const MAX_FRAME_BYTES = 256 * 1024;
/** Who has left so much unread is not listened to until it has read: it would only ask for more. */
const MAX_UNREAD_BYTES = 1024 * 1024;
/** How often each client is asked whether it is still there; one that does not answer until the next time is cut off. */
const HEARTBEAT_MS = 12_000;
const INTERNAL_ERROR = 1011;
const GOING_AWAY = 1001;

export interface WebSocketDoor {
  /** How many are connected. */
  count(): number;
  /** What was sent to them and waits in this process. */
  unsentBytes(): number;
  /** Tells every client to go away (1001) and cuts off those that have not closed after `graceMs`. */
  stop(graceMs: number): Promise<void>;
}

/** The WebSocket door, at the same path as HTTP. */
export function attachWebSocket(
  server: Server,
  protocol: Protocol<Session>,
  rateDoor: RateDoor,
  observer: Observer,
  onError: (error: unknown) => void,
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
  // Begins with the first socket: a server that could not listen has nothing to stop.
  let heartbeat: NodeJS.Timeout | undefined;
  server.on('upgrade', (request, connection, head) => {
    if (splitUrl(request).path !== GRAPHQL_PATH) {
      connection.on('error', () => connection.destroy());
      connection.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    heartbeat ??= startHeartbeat(sockets);
    const onLost = (): void => {
      connection.destroy();
    };
    connection.on('error', onLost);
    rateDoor
      .findConnectRefusal(request)
      .then((refusal) => {
        if (refusal !== null) {
          connection.end(toRefusal(refusal));
          return;
        }
        connection.off('error', onLost);
        const observed = observer.socket(request);
        request.headers[REQUEST_ID] = observed.requestID;
        sockets.handleUpgrade(request, connection, head, (socket) => {
          open(socket, connection, rateDoor.toKey(request), protocol, observed, onError);
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
      const closed = [...sockets.clients].map((socket) => once(socket, 'close'));
      for (const socket of sockets.clients) socket.close(GOING_AWAY, 'Going away');
      sockets.close();
      await Promise.all(closed);
      clearTimeout(cutOff);
    },
  };
}

function toRefusal(verdict: Verdict): string {
  const headers = { connection: 'close', 'content-length': '0', ...toRateHeaders(verdict) };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 429 Too Many Requests\r\n${lines.join('')}\r\n`;
}

function open(
  socket: WebSocket,
  connection: Duplex,
  rateKey: string,
  protocol: Protocol<Session>,
  observed: ObservedSocket,
  onError: (error: unknown) => void,
): void {
  // What a client does against the rules of WebSocket: ws answers it with the right code and closes.
  socket.on('error', () => undefined);
  const names = new OperationNames();
  const underWay: Session['underWay'] = new Map();
  // Each subscription that waits for room listens too.
  connection.setMaxListeners(0);
  const resume = (): void => {
    if (!turns.isBusy && connection.writableLength <= MAX_UNREAD_BYTES) socket.resume();
  };
  const turns = new MessageTurns(resume);
  connection.on('drain', resume);
  const closed = protocol.opened(
    {
      protocol: socket.protocol,
      send: (data) =>
        new Promise((resolve, reject) => {
          if (socket.readyState !== socket.OPEN) {
            resolve();
            return;
          }
          socket.send(names.toClient(data), (error) => {
            if (error) reject(error);
            else resolve();
          });
          if (connection.writableLength > MAX_UNREAD_BYTES) socket.pause();
        }),
      close: (code, reason) => {
        socket.close(code, reason);
      },
      onMessage: (handle) => {
        const isOpen = (): boolean => socket.readyState === socket.OPEN;
        const take = async (data: Buffer): Promise<void> => {
          // Closed by the server, whose client may take a while to say good-bye: nothing is done for it any more.
          if (!isOpen()) return;
          let begins: string | null = null;
          try {
            const message = readClientMessage(data.toString(), names);
            if (message === null) return;
            if ('code' in message) {
              socket.close(message.code, message.reason);
              return;
            }
            const { text, traceparent } = message;
            begins = message.begins;
            if (begins === null) await handle(text);
            else await observed.run(begins, traceparent, () => handle(text));
          } catch (error) {
            if (begins !== null) observed.failed(begins, error);
            // A socket that went away in the middle of an answer is nobody's fault here.
            if (!isOpen()) return;
            onError(error);
            socket.close(INTERNAL_ERROR, 'Something went wrong here');
          } finally {
            if (begins !== null) {
              underWay.delete(begins);
              observed.end(begins);
            }
          }
        };
        socket.on('message', (data) => {
          turns.add(() => void take(data as Buffer));
          if (turns.isBusy) socket.pause();
        });
      },
    },
    { socket, connection, rateKey, underWay, observed },
  );
  socket.once('close', (code, reason) => {
    observed.closed(code);
    closed(code, String(reason)).catch(onError);
  });
}

/** One timer for all sockets. */
function startHeartbeat(sockets: WebSocketServer): NodeJS.Timeout {
  const silent = new WeakSet<WebSocket>();
  return setInterval(() => {
    for (const socket of sockets.clients) {
      if (silent.has(socket)) {
        socket.terminate();
        continue;
      }
      silent.add(socket);
      socket.once('pong', () => silent.delete(socket));
      socket.ping();
    }
  }, HEARTBEAT_MS);
}
