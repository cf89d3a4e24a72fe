import { connect, type Socket } from 'node:net';
import type WebSocket from 'ws';
import { countTakenBytes } from '../../src/transport/taken-bytes';
import { RawSocket, type Message } from './raw-socket';
import type { TestServer } from './server';
import { findServerEnd } from './server-end';

interface SeenEvent {
  __typename: string;
  seq: number;
  cursor: string;
}

/** Custom fields of a large profile: as JSON each character takes six bytes, so an event that shows them takes 60 KB. */
export const LARGE = Array.from('abcdefghijklmnopqrst', (key) => ({ key, value: '\u0001'.repeat(500) }));

/** Shows all of a profile: an event takes as many bytes as the test gave the profile. */
const LISTEN = `subscription ($after: String) { friendshipEvents(after: $after) { __typename seq cursor
  ... on StreamOpened { recovered }
  ... on SelfInfoUpdated { user { nickName customInfo { key value } } }
  ... on FriendInfoChanged { friends { userID user { nickName } } }
  ... on FriendListAdded { friends { userID user { customInfo { key value } } again: user { customInfo { key value } } } } } }`;

/** A device that reads from the network when the test says so, and sees what the server holds for it meanwhile. */
export class SlowReader {
  /** The highest number of bytes that the server was seen to hold. */
  mostHeldBytes = 0;
  private asked = 0;

  private constructor(
    readonly userID: string,
    private readonly server: TestServer,
    private readonly socket: RawSocket,
    private readonly clientEnd: Socket,
    private readonly serverEnd: Socket,
  ) {}

  /** Acknowledged, and reads nothing from then on. */
  static async open(server: TestServer, userID: string): Promise<SlowReader> {
    const headers = await server.headers(userID);
    const clientEnds: Socket[] = [];
    const createConnection = ((options: { port: number; host: string }) => {
      const clientEnd = connect({ port: options.port, host: options.host });
      clientEnds.push(clientEnd);
      return clientEnd;
    }) as NonNullable<WebSocket.ClientOptions['createConnection']>;
    const { opened, serverEnd } = await findServerEnd(() =>
      RawSocket.init(server, headers, { createConnection }),
    );
    const [clientEnd] = clientEnds;
    if (clientEnd === undefined) throw new Error('The socket was opened in another way.');
    opened.pause();
    return new SlowReader(userID, server, opened, clientEnd, serverEnd);
  }

  get closed(): Promise<{ code: number; reason: string }> {
    return this.socket.closed;
  }

  /** How many bytes the server holds now. */
  measure(): number {
    const { writableLength } = this.serverEnd;
    this.mostHeldBytes = Math.max(this.mostHeldBytes, writableLength);
    return writableLength;
  }

  /** How many bytes have gone out of the server's process. */
  get takenBytes(): number {
    return countTakenBytes(this.serverEnd);
  }

  /** Whether the server has not cut it off. */
  get isConnected(): boolean {
    return !this.serverEnd.destroyed;
  }

  /** What waits on the server until everything that it holds has gone out. */
  get waiting(): number {
    return this.serverEnd.listenerCount('drain');
  }

  subscribe(after: string | null, id = '1'): void {
    this.socket.subscribe(id, LISTEN, { after });
  }

  ask(query: string): void {
    this.socket.subscribe(`${++this.asked}`, query);
  }

  complete(id: string): void {
    this.socket.complete(id);
  }

  /** Turns of the server in which it could do more; calls are what it takes to have them. */
  async letServerWork(turns: number): Promise<void> {
    for (let turn = 0; turn < turns; turn++) {
      await this.server.call('somebody', '{ __typename }');
      this.measure();
    }
  }

  /** Reads one piece from the network, 64 KiB at most, whether it is a whole message or not. */
  async read(): Promise<void> {
    await new Promise<void>((resolve) => {
      const stop = (): void => {
        this.clientEnd.off('data', stop).off('close', stop);
        this.socket.pause();
        resolve();
      };
      this.clientEnd.on('data', stop).on('close', stop);
      this.socket.resume();
    });
  }

  /** Reads on until the event with this cursor has come, or the socket has closed; gives what came. */
  async readUntil(cursor: string | null): Promise<SeenEvent[]> {
    this.socket.resume();
    const events: SeenEvent[] = [];
    while (events.length === 0 || events.at(-1)?.cursor !== cursor) {
      const message = await this.socket.next().catch(() => null);
      if (message === null) break;
      events.push(toEvent(message));
    }
    return events;
  }

  close(): Promise<void> {
    return this.socket.close();
  }
}

export function toEvent({ payload }: Message): SeenEvent {
  return (payload as { data: { friendshipEvents: SeenEvent } }).data.friendshipEvents;
}
