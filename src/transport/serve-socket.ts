import type { Server as Protocol } from 'graphql-ws';
import { readClientMessage } from './client-message';
import type { Session } from './graphql-ws-protocol';
import { MessageTurns } from './message-turns';
import { OperationNames } from './operation-names';

/** Who has left so much unread is not listened to until it has read: it would only ask for more. */
const MAX_UNREAD_BYTES = 1024 * 1024;
const INTERNAL_ERROR = 1011;
const GOING_AWAY = 1001;

/** A subscription ends here and goes on elsewhere; what is answered once is answered first. */
export function sayGoodBye({ socket, underWay }: Session): void {
  if ([...underWay.values()].every((sink) => sink !== null)) socket.close(GOING_AWAY, 'Going away');
}

/** Speaks the protocol on one socket for as long as it is open. */
export function serveSocket(
  session: Session,
  protocol: Protocol<Session>,
  onError: (error: unknown) => void,
  isStopping: () => boolean,
): void {
  const { socket, connection, underWay, observed } = session;
  // What a client does against the rules of WebSocket: ws answers it with the right code and closes.
  socket.on('error', () => undefined);
  const names = new OperationNames();
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
          // And one that was not done yet is asked for again at the server to which the client goes.
          if (!isOpen() || isStopping()) return;
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
            if (isStopping()) sayGoodBye(session);
          }
        };
        socket.on('message', (data) => {
          turns.add(() => void take(data as Buffer));
          if (turns.isBusy) socket.pause();
        });
      },
    },
    session,
  );
  socket.once('close', (code, reason) => {
    observed.closed(code);
    closed(code, String(reason)).catch(onError);
  });
}
