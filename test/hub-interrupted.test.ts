import { Client } from 'pg';
import { readSeries } from './support/metrics';
import { createUsers, toIDs } from './support/people';
import type { RawSocket } from './support/raw-socket';
import { SeededStore } from './support/seeded-store';
import { TestServer } from './support/server';
import { toEvent } from './support/slow-reader';
import { Sockets } from './support/sockets';
import { findPostgres, findStore } from './support/stores';

const LISTEN = 'subscription ($after: String) { friendshipEvents(after: $after) { __typename seq } }';
const SHOW_SELF = `subscription ($after: String) { friendshipEvents(after: $after) { __typename seq
  ... on SelfInfoUpdated { user { nickName } } } }`;
const SET_NICK = 'mutation ($nick: String!) { setSelfInfo(input: { nickName: $nick }) { id } }';
/** More than one read of the log holds. */
const HISTORY = 20;
/** Far more of all than one read of the log holds, but not of each. */
const [USERS, EVENTS] = [300, 16];

// An embedded database answers within the call: nothing comes in between.
(findPostgres() === null ? describe.skip : describe)('while the log is read', () => {
  const sockets = new Sockets(() => server);
  let server: TestServer;
  let other: Client;
  let start: string;
  let socket: RawSocket;
  const log: string[] = [];

  beforeEach(async () => {
    log.length = 0;
    // The hub reads again what it was told of, and nothing by the time.
    jest.useFakeTimers({
      doNotFake: [
        ...(['Date', 'performance', 'hrtime', 'nextTick', 'queueMicrotask'] as const),
        ...(['setImmediate', 'clearImmediate', 'setTimeout', 'clearTimeout'] as const),
      ],
    });
    const place = new SeededStore(findStore('PostgreSQL'), []);
    server = await TestServer.start({
      store: place,
      config: { metrics: true, logLevel: 'error' },
      logTo: { write: (line) => log.push(line) },
    });
    other = new Client({ connectionString: place.config.databaseUrl ?? '' });
    await other.connect();
    ({ friendshipEventPosition: start } = await server.call<{ friendshipEventPosition: string }>(
      'ann',
      '{ friendshipEventPosition }',
    ));
    for (let count = 0; count < HISTORY; count++) await server.call('ann', SET_NICK, { nick: String(count) });
    socket = await sockets.init('ann');
  });
  afterEach(async () => {
    await other.end();
    await sockets.closeAll();
    // A connection that is kept stays for a moment when the server stops.
    jest.useRealTimers();
    await server.stop();
  });

  /** Begins to listen behind the history, and resolves while the hub waits for what it reads of this table for it. */
  async function beginToRead(table = 'event', document = LISTEN): Promise<void> {
    await other.query(`BEGIN; LOCK TABLE "${table}" IN ACCESS EXCLUSIVE MODE`);
    socket.subscribe('history', document, { after: start });
    const waiting = `SELECT 1 FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'SELECT %'`;
    // What it says stays the same within a transaction otherwise.
    do await other.query('SELECT pg_stat_clear_snapshot()');
    while ((await other.query(waiting)).rowCount === 0);
  }

  /** Resolves when the server has taken all that was sent before. */
  async function pass(): Promise<void> {
    socket.send({ type: 'ping' });
    for (let message = await socket.next(); message.type !== 'pong'; message = await socket.next());
  }

  const takeNext = async (id: string): Promise<unknown> => {
    for (;;) {
      const message = await socket.next();
      if (message.id === id) return message.payload;
    }
  };
  const toAnswer = (type: string, seq: number): unknown => ({
    data: { friendshipEvents: { __typename: type, seq } },
  });

  it('who has stopped listening leaves nothing behind', async () => {
    await beginToRead();
    socket.send({ id: 'history', type: 'complete' });
    await pass();
    await other.query('COMMIT');
    socket.subscribe('again', LISTEN, { after: start });
    expect(await takeNext('again')).toEqual(toAnswer('StreamOpened', 0));
    for (let seq = 1; seq <= HISTORY; seq++)
      expect(await takeNext('again')).toEqual(toAnswer('SelfInfoUpdated', seq));
    socket.send({ id: 'again', type: 'complete' });
    await pass();
    const metrics = await readSeries(server);
    expect(metrics.get('amicus_listening_users')).toBe(0);
    expect(metrics.get('amicus_hub_catching_up_users')).toBe(0);
  });

  it('who has stopped listening is not sent away, whatever is read', async () => {
    await beginToRead();
    socket.send({ id: 'history', type: 'complete' });
    await pass();
    socket.subscribe('next', LISTEN);
    await other.query(`UPDATE event_stream SET epoch = 'other'; COMMIT`);
    expect(await Promise.race([takeNext('next'), socket.closed])).toEqual(toAnswer('StreamOpened', HISTORY));
  });

  it('who has stopped listening is not sent away with another device of the same user that listens on', async () => {
    const device = await sockets.init('ann');
    device.subscribe('live', LISTEN);
    await device.next();
    await beginToRead();
    socket.complete('history');
    await pass();
    socket.subscribe('next', LISTEN);
    await other.query(`UPDATE event_stream SET epoch = 'other'; COMMIT`);
    expect((await device.closed).code).toBe(1013);
    expect(await Promise.race([takeNext('next'), socket.closed])).toEqual(toAnswer('StreamOpened', HISTORY));
  });

  it('who is deleted is told so, and nothing is taken for a defect of the server', async () => {
    await beginToRead('user', SHOW_SELF);
    await other.query('DELETE FROM "user"; COMMIT');
    expect(await takeNext('history')).toEqual(toAnswer('StreamOpened', 0));
    const shown = await takeNext('history');
    expect(log).toEqual([]);
    expect(shown).toMatchObject({
      data: null,
      errors: [{ path: ['friendshipEvents', 'user'], extensions: { code: 'FORBIDDEN' } }],
    });
  });

  it('nobody is forgotten for whom one read has no room', async () => {
    const users = toIDs(USERS);
    await createUsers(server, users);
    const devices = await Promise.all(users.map((userID) => sockets.init(userID)));
    for (const device of devices) device.subscribe('live', LISTEN);
    const heads = await Promise.all(devices.map(async (device) => toEvent(await device.next()).seq));
    // By another server, which could not tell of it.
    await other.query(`INSERT INTO event (user_id, seq, type, payload, occurred_at)
        SELECT user_id, head + number, 'SELF_INFO_UPDATED', '{}', 0
        FROM event_stream, generate_series(1, ${EVENTS}) AS number;
      UPDATE event_stream SET head = head + ${EVENTS}; NOTIFY amicus_bus, '["other","gap"]'`);
    for (const [index, device] of devices.entries()) {
      const seqs = (await device.take(EVENTS)).map((message) => toEvent(message).seq);
      expect(seqs).toEqual(seqs.map((_, offset) => (heads[index] ?? NaN) + 1 + offset));
    }
  });

  it('a history that is trimmed keeps nothing from who does not want it', async () => {
    socket.subscribe('live', LISTEN);
    expect(await takeNext('live')).toEqual(toAnswer('StreamOpened', HISTORY));
    await beginToRead();
    await other.query(`DELETE FROM event; UPDATE event_stream SET floor = head, head = head + 1;
      INSERT INTO event (user_id, seq, type, payload, occurred_at)
        SELECT user_id, head, 'SELF_INFO_UPDATED', '{}', 0 FROM event_stream; COMMIT`);
    expect(await takeNext('live')).toEqual(toAnswer('SelfInfoUpdated', HISTORY + 1));
  });
});
