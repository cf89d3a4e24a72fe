import { once } from 'node:events';
import { createUsers, toIDs } from './support/people';
import { TestServer } from './support/server';
import { LARGE, SlowReader } from './support/slow-reader';
import { Sockets } from './support/sockets';
import { stopClocks } from './support/stop-clocks';

const BEAT_MS = 12_000;
const SET_LEVEL = 'mutation ($level: Int!) { setSelfInfo(input: { level: $level }) { id } }';
/** Far more large events than the network holds. */
const HISTORY = 200;
/** What a slow client reads between two beats: 100 KB a second, in pieces of 64 KiB. */
const PIECES = 19;

/** What is taken to be on its way. */
const SOON_BYTES = 256 * 1024;
/** Of a large profile so many times. */
const toLargeQuery = (times: number): string =>
  `{ ${toIDs(times, 'a')
    .map((alias) => `${alias}: me { customInfo { value } }`)
    .join(' ')} }`;

describe('how a server tells who has gone', () => {
  let server: TestServer;
  const sockets = new Sockets(() => server);
  beforeEach(async () => {
    stopClocks('with their timers');
    server = await TestServer.start();
  });
  afterEach(async () => {
    await sockets.closeAll();
    // A connection that is kept stays for a moment when the server stops.
    jest.useRealTimers();
    await server.stop();
  });

  it('cuts off a client that does not answer a ping until the next, 12 seconds later', async () => {
    const silent = await sockets.init('ann', { autoPong: false });
    const alive = await sockets.init('ann');
    /** Time goes on until both are pinged, and what they say to it has come: the frame behind that is answered. */
    const passUntilPing = async (ms: number): Promise<void> => {
      const pinged = Promise.all([once(silent.socket, 'ping'), once(alive.socket, 'ping')]);
      jest.advanceTimersByTime(ms);
      await pinged;
      for (const socket of [silent, alive]) expect(await socket.drain()).toEqual([]);
    };
    await passUntilPing(12_000);
    jest.advanceTimersByTime(11_999);
    expect(await silent.drain()).toEqual([]);
    const pinged = once(alive.socket, 'ping');
    jest.advanceTimersByTime(1);
    expect((await silent.closed).code).toBe(1006);
    await pinged;
    expect(await alive.drain()).toEqual([]);
    jest.advanceTimersByTime(12_000);
    expect(await alive.drain()).toEqual([]);
  });

  it('lets a client ask whether the server is there: a ping of WebSocket is answered', async () => {
    const { socket } = await sockets.open();
    const ponged = once(socket, 'pong');
    socket.ping('still there?');
    expect(String((await ponged)[0])).toBe('still there?');
  });

  it('bears no longer with one that has read much before, and answered: what it has read waits no more', async () => {
    await createUsers(server, ['late'], { customInfo: LARGE });
    const client = await sockets.init('late', { autoPong: false });
    client.subscribe('1', toLargeQuery(6));
    expect(JSON.stringify(await client.take(2)).length).toBeGreaterThan(SOON_BYTES);
    const passUntilPing = async (): Promise<void> => {
      const pinged = once(client.socket, 'ping');
      jest.advanceTimersByTime(BEAT_MS);
      await pinged;
    };
    await passUntilPing();
    client.socket.pong();
    expect(await client.drain()).toEqual([]);
    await passUntilPing();
    jest.advanceTimersByTime(BEAT_MS);
    await expect(client.drain()).rejects.toThrow('The socket has closed.');
  });

  describe('with megabytes before it', () => {
    it('bears with a client that reads slowly', async () => {
      await createUsers(server, ['late'], { customInfo: LARGE });
      const position = async (): Promise<string> =>
        (await server.call<{ friendshipEventPosition: string }>('late', '{ friendshipEventPosition }'))
          .friendshipEventPosition;
      const start = await position();
      for (let level = 1; level <= HISTORY; level++) await server.call('late', SET_LEVEL, { level });
      const reader = await SlowReader.open(server, 'late');
      reader.subscribe(start);
      while (reader.measure() < SOON_BYTES) await reader.letServerWork(1);
      for (let beat = 1; beat <= 8; beat++) {
        jest.advanceTimersByTime(BEAT_MS);
        for (let piece = 0; piece < PIECES; piece++) await reader.read();
        await reader.letServerWork(1);
      }
      const head = await position();
      expect((await reader.readUntil(head)).at(-1)?.cursor).toBe(head);
      await reader.close();
    });

    /** Has asked for more than the network holds. */
    const openBusyReader = async (): Promise<SlowReader> => {
      await createUsers(server, ['late'], { customInfo: LARGE });
      const reader = await SlowReader.open(server, 'late');
      while (reader.measure() < SOON_BYTES) {
        reader.ask(toLargeQuery(15));
        await reader.letServerWork(1);
      }
      return reader;
    };
    /** Whether the server has not cut it off after so many beats. */
    const isConnectedAfter = async (beats: number, reader: SlowReader): Promise<boolean> => {
      for (let beat = 1; beat <= beats; beat++) {
        jest.advanceTimersByTime(BEAT_MS);
        await reader.letServerWork(1);
      }
      return reader.isConnected;
    };

    it('cuts off one that reads nothing for a minute', async () => {
      const reader = await openBusyReader();
      expect(await isConnectedAfter(6, reader)).toBe(true);
      expect(await isConnectedAfter(1, reader)).toBe(false);
    });

    it('cuts off one that reads nothing for a minute, also where the network takes more for it meanwhile', async () => {
      await createUsers(server, ['late'], { customInfo: LARGE });
      const reader = await SlowReader.open(server, 'late');
      const askAndSend = async (query: string, bytes: number): Promise<void> => {
        const before = reader.takenBytes;
        reader.ask(query);
        while (reader.takenBytes < before + bytes || reader.measure() > 0) await reader.letServerWork(1);
      };
      await askAndSend(toLargeQuery(6), SOON_BYTES);
      for (let beat = 1; beat <= 6; beat++) {
        expect(await isConnectedAfter(1, reader)).toBe(true);
        await askAndSend('{ me { id } }', 1);
      }
      expect(await isConnectedAfter(1, reader)).toBe(false);
    });

    it('bears with one for another minute when more of what waits has gone out', async () => {
      const reader = await openBusyReader();
      expect(await isConnectedAfter(3, reader)).toBe(true);
      for (const before = reader.takenBytes; reader.takenBytes === before;) await reader.read();
      expect(await isConnectedAfter(5, reader)).toBe(true);
      expect(await isConnectedAfter(1, reader)).toBe(false);
    });
  });
});
