import { setImmediate } from 'node:timers/promises';
import { toDatabaseFile } from '../src/database/data-folder';
import { openDatabase } from '../src/database/open-database';
import { openSqliteSnapshot } from '../src/database/sqlite-snapshot';
import { EventRetentionRepository } from '../src/events/event-retention.repository';
import type { Clock } from '../src/lib/clock';
import { TestListener } from './support/listener';
import { LogLines } from './support/log-lines';
import { toIDs } from './support/people';
import { Place } from './support/place';
import { TestServer } from './support/server';
import { stopClocks } from './support/stop-clocks';
import { describeOnStores, sqlite } from './support/stores';

const SET_NICK = 'mutation ($nick: String!) { setSelfInfo(input: { nickName: $nick }) { id } }';
const DAY_MS = 24 * 60 * 60 * 1_000;

describeOnStores('the history of a stream is trimmed', (store) => {
  let server: TestServer;
  let nowMs = Date.now();
  const clock: Clock = { now: () => nowMs };

  beforeEach(async () => {
    nowMs = Date.now();
    server = await TestServer.start({ store, clock, config: { eventRetentionCount: 10 } });
  });
  afterEach(() => server.stop());

  const position = async (): Promise<string> =>
    (await server.call<{ friendshipEventPosition: string }>('ann', '{ friendshipEventPosition }'))
      .friendshipEventPosition;

  /** Makes events and gives the cursor before each of them, and the one behind all. */
  async function write(count: number): Promise<string[]> {
    const cursors = [await position()];
    for (let index = 0; index < count; index++) {
      await server.call('ann', SET_NICK, { nick: String(Math.random()) });
      cursors.push(await position());
    }
    return cursors;
  }

  /** Restarts, because a round of trimming begins with the start, and waits until the cursor is trimmed away. */
  async function untilTrimmed(cursor: string | undefined): Promise<Record<string, unknown>> {
    await server.restart();
    for (;;) {
      const opened = await open(cursor);
      if (opened?.['recovered'] === false) return opened;
    }
  }

  /** Null when the history was trimmed while it was opened: then the device is sent away, to come back and be told. */
  async function open(after = ''): Promise<Record<string, unknown> | null> {
    try {
      const { listener, opened } = await TestListener.open(server, 'ann', { after });
      await listener.stop();
      return opened;
    } catch (error) {
      expect(error).toMatchObject({ cause: { code: 1013 } });
      return null;
    }
  }

  it('by count: the youngest are kept, and one below them is told to read again, from the head on', async () => {
    const cursors = await write(25);
    const opened = await untilTrimmed(cursors[14]);
    expect(opened).toMatchObject({ recovered: false, reason: 'TRIMMED', seq: 25, cursor: cursors[25] });
    const { listener, opened: kept } = await TestListener.open(server, 'ann', { after: cursors[15] ?? '' });
    expect(kept).toMatchObject({ recovered: true, reason: null, seq: 15 });
    expect((await listener.take(10)).map((event) => event.seq)).toEqual([
      16, 17, 18, 19, 20, 21, 22, 23, 24, 25,
    ]);
    await listener.stop();
  });

  it('by age: what is older than seven days goes, the head stays and numbers go on', async () => {
    const cursors = await write(3);
    nowMs += 6 * DAY_MS;
    const young = await write(2);
    nowMs += 2 * DAY_MS;
    const opened = await untilTrimmed(cursors[2]);
    expect(opened).toMatchObject({ reason: 'TRIMMED', seq: 5 });
    const { listener } = await TestListener.open(server, 'ann', { after: young[0] ?? '' });
    await write(1);
    expect((await listener.take(3)).map((event) => event.seq)).toEqual([4, 5, 6]);
    await listener.stop();
  });

  it('down to nothing when all of it is old', async () => {
    const cursors = await write(4);
    nowMs += 8 * DAY_MS;
    await untilTrimmed(cursors[3]);
    const { listener, opened } = await TestListener.open(server, 'ann', { after: cursors[4] ?? '' });
    expect(opened).toMatchObject({ recovered: true, seq: 4 });
    await write(1);
    expect(await listener.next()).toMatchObject({ seq: 5 });
    await listener.stop();
  });

  it('in one round, also where there are more streams than one step looks at', async () => {
    const before = toIDs(200, 'a');
    await Promise.all(before.map((userID) => server.call(userID, SET_NICK, { nick: 'old' })));
    await write(1);
    const loadFloor = async (): Promise<number> =>
      (
        await server.call<{ exportUser: { stream: { floor: number } } }>(
          'ann',
          '{ exportUser(userID: "ann") }',
        )
      ).exportUser.stream.floor;
    expect(await loadFloor()).toBe(0);
    nowMs += 8 * DAY_MS;
    await server.restart();
    while ((await loadFloor()) === 0);
  });

  it('as far as any of those who trim it at once has come, and never back', async () => {
    const place = await store.create();
    try {
      await using database = await openDatabase({ dataDir: '', ...place.config });
      const streams = new EventRetentionRepository(database);
      const stream = { userID: 'ann', epoch: 'e', floor: 0, newFloor: 20 };
      await database.transaction(async (tx) => {
        await tx.all(`INSERT INTO event_stream (user_id, epoch, head, floor) VALUES ('ann', 'e', 30, 0)`);
        // The other one began later, and has overtaken this one.
        for (const floor of [10, 20, 15]) await streams.trim(tx, stream, floor);
      });
      expect(await database.reader.all('SELECT head, floor FROM event_stream')).toEqual([
        { head: 30, floor: 20 },
      ]);
    } finally {
      await place.drop();
    }
  });
});

test('a stream that cannot be trimmed keeps the others waiting for one round only', async () => {
  const place = await Place.create(sqlite);
  const dataDir = place.config.dataDir ?? '';
  const before = await place.serve();
  for (const userID of ['ann', 'ben']) {
    for (const nick of ['one', 'two', 'three']) await before.call(userID, SET_NICK, { nick });
  }
  await before.stop();
  await using database = await openDatabase({ dataDir });
  await database.transaction((tx) =>
    tx.all(`CREATE TRIGGER broken BEFORE DELETE ON event WHEN OLD.user_id = 'ann'
      BEGIN SELECT RAISE(ABORT, 'broken by the test'); END`),
  );
  await database.stop();

  stopClocks('with their timers');
  const log = new LogLines();
  const config = { eventRetentionCount: 1, logLevel: 'error' as const };
  const server = await place.serve({ config, logTo: log });
  const countFailures = (): number => log.find('something failed in the background').length;
  const countEvents = (userID: string): unknown => {
    const handle = openSqliteSnapshot(toDatabaseFile(dataDir));
    const [row] = handle.prepare('SELECT count(*) AS kept FROM event WHERE user_id = ?').all(userID);
    handle.close();
    return row?.['kept'];
  };
  const passUntil = async (ms: number, isOver: () => boolean): Promise<void> => {
    while (!isOver()) {
      jest.advanceTimersByTime(ms);
      await setImmediate();
    }
  };
  try {
    await passUntil(1, () => countFailures() === 1);
    expect([countEvents('ann'), countEvents('ben')]).toEqual([3, 3]);
    jest.advanceTimersByTime(10 * 60_000);
    await passUntil(1, () => countFailures() === 2 || countEvents('ben') === 1);
    expect([countEvents('ann'), countEvents('ben')]).toEqual([3, 1]);
    // The round after that begins with the first stream again.
    await passUntil(60_000, () => countFailures() === 2);
  } finally {
    jest.useRealTimers();
    await server.stop();
    await place.drop();
  }
});
