import type { Server as Protocol, SubscribePayload, WebSocket as ProtocolSocket } from 'graphql-ws';
import type { UnderWay } from '../lib/under-way';
import { readClientMessage, type ClientMessage } from './client-message';
import { GOING_AWAY, INTERNAL_ERROR, TRY_AGAIN_LATER } from './close-codes';
import type { Session } from './graphql-ws-protocol';
import { MessageTurns } from './message-turns';
import { OperationNames } from './operation-names';

/** Who has left so much unread is not listened to until it has read: it would only ask for more. */
const MAX_UNREAD_BYTES = 1024 * 1024;

/** A subscription ends here and goes on elsewhere; what is answered once is answered first. */
export function sayGoodBye({ socket, underWay }: Session): void {
  if ([...underWay.values()].every((sink) => sink !== null)) socket.close(GOING_AWAY, 'Going away');
}

type Handle = Parameters<ProtocolSocket['onMessage']>[0];

/** What is the same for all sockets. */
export interface SocketOptions {
  protocol: Protocol<Session>;
  onError: (error: unknown) => void;
  isStopping: () => boolean;
  onClosed: (session: Session) => void;
  /** Counts what is done for a message until it has ended: a client that goes away ends only what it listens to. */
  requests: UnderWay;
  /** Null for a document that may be looked at now; resolves with false where it never may be. */
  waitForDocument: (session: Session, payload: SubscribePayload) => Promise<boolean> | null;
}

/** Speaks the protocol on one socket for as long as it is open. */
export function serveSocket(session: Session, options: SocketOptions): void {
  const { socket } = session;
  // What a client does against the rules of WebSocket: ws answers it with the right code and closes.
  socket.on('error', ignore);
  const closed = options.protocol.opened(new ServedSocket(session, options), session);
  socket.on('close', (code, reason) => {
    options.onClosed(session);
    session.observed.closed(code);
    closed(code, String(reason)).catch(options.onError);
  });
}

/** A socket as graphql-ws sees it. There are thousands, each for hours: what they have in common is theirs once. */
class ServedSocket implements ProtocolSocket {
  readonly protocol: string;
  private readonly names = new OperationNames();
  private readonly turns: MessageTurns;

  constructor(
    private readonly session: Session,
    private readonly options: SocketOptions,
  ) {
    const { socket, connection } = session;
    this.protocol = socket.protocol;
    // Each subscription that waits for room listens too.
    connection.setMaxListeners(0);
    const resume = (): void => {
      if (!this.turns.isBusy && connection.writableLength <= MAX_UNREAD_BYTES) socket.resume();
    };
    this.turns = new MessageTurns(resume);
    connection.on('drain', resume);
  }

  private get isOpen(): boolean {
    const { socket } = this.session;
    return socket.readyState === socket.OPEN;
  }

  send(data: string): Promise<void> {
    const { socket, connection } = this.session;
    return new Promise((resolve, reject) => {
      if (!this.isOpen) {
        resolve();
        return;
      }
      socket.send(this.names.toClient(data), (error) => {
        if (error) reject(error);
        else resolve();
      });
      if (connection.writableLength > MAX_UNREAD_BYTES) socket.pause();
    });
  }

  close(code: number, reason: string): void {
    this.session.socket.close(code, reason);
  }

  onMessage(handle: Handle): void {
    const { socket } = this.session;
    socket.on('message', (data) => {
      this.turns.add(() => {
        this.take(data as Buffer, handle);
      });
      if (this.turns.isBusy) socket.pause();
    });
  }

  private take(data: Buffer, handle: Handle): void {
    // Closed by the server, whose client may take a while to say good-bye: nothing is done for it any more.
    // And one that was not done yet is asked for again at the server to which the client goes.
    if (!this.isOpen || this.options.isStopping()) return;
    const message = readClientMessage(data.toString(), this.names);
    if (message === null) return;
    if ('code' in message) this.close(message.code, message.reason);
    else {
      const { payload } = message;
      const turn = payload === undefined ? null : this.options.waitForDocument(this.session, payload);
      if (turn === null) this.begin(message, handle);
      else this.turns.hold(this.beginLater(turn, message, handle));
    }
  }

  private begin({ text, begins, payload }: ClientMessage, handle: Handle): void {
    this.session.asked = payload ?? null;
    const traceparent = payload?.extensions?.['traceparent'];
    void this.options.requests.run(() => this.work(text, begins, traceparent, handle));
  }

  private async beginLater(turn: Promise<boolean>, message: ClientMessage, handle: Handle): Promise<void> {
    const isTurn = await turn;
    if (!this.isOpen || this.options.isStopping()) return;
    if (isTurn) this.begin(message, handle);
    else this.close(TRY_AGAIN_LATER, 'Too many new documents wait to be looked at');
  }

  /** Lasts as long as the subscription that begins with the message, and so does all that it names. */
  private async work(
    text: string,
    begins: string | null,
    traceparent: unknown,
    handle: Handle,
  ): Promise<void> {
    const { underWay, observed } = this.session;
    try {
      if (begins === null) await handle(text);
      else await observed.run(begins, traceparent, () => handle(text));
    } catch (error) {
      if (begins !== null) observed.failed(begins, error);
      // A socket that went away in the middle of an answer is nobody's fault here.
      if (!this.isOpen) return;
      this.options.onError(error);
      this.close(INTERNAL_ERROR, 'Something went wrong here');
    } finally {
      if (begins !== null) {
        underWay.delete(begins);
        observed.end(begins);
      }
      if (this.options.isStopping()) sayGoodBye(this.session);
    }
  }
}

function ignore(): void {
  return undefined;
}
