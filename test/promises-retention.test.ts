import { setImmediate } from 'node:timers/promises';
import { toEventCursor } from '../src/events/event-cursor';
import { Devices } from './support/devices';
import { createUsers, toIDs } from './support/people';
import { SeededStore } from './support/seeded-store';
import { openSideDoor, type SideDoor } from './support/side-door';
import { TestServer } from './support/server';
import { describeOnStores } from './support/stores';
import { TrimWatch } from './support/trim-watch';

const SET_NICK = 'mutation ($nick: String!) { setSelfInfo(input: { nickName: $nick }) { id } }';
/** Old events of each user. */
const HISTORY = 1_200;
/** One transaction trims no more. */
const MOST_TRIMMED = 500;

describeOnStores('trimming in the background', (store) => {
  const others = toIDs(30, 'other');
  let server: TestServer;
  let sideDoor: SideDoor;
  let watch: TrimWatch;
  const devices = new Devices(() => server);

  beforeEach(async () => {
    const place = new SeededStore(store, []);
    watch = new TrimWatch(store);
    server = await TestServer.start({ store: place, onStatement: watch.onStatement });
    sideDoor = await openSideDoor(place.config);
    await createUsers(server, ['ann', ...others, 'zoe']);
    await giveHistory();
  });
  afterEach(async () => {
    await devices.stopAll();
    watch.end();
    await sideDoor.close();
    await server.stop();
  });

  /** Events of long ago: by calls it would take a thousand for each user. */
  async function giveHistory(): Promise<void> {
    await sideDoor.run(`INSERT INTO event (user_id, seq, type, payload, occurred_at)
      WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ${HISTORY})
      SELECT user_id, head + n, 'SELF_INFO_UPDATED', '{}', 0 FROM event_stream, number`);
    await sideDoor.run(`UPDATE event_stream SET head = head + ${HISTORY}`);
  }

  async function isTrimmed(): Promise<boolean> {
    return (await sideDoor.all('SELECT seq FROM event WHERE occurred_at = 0 LIMIT 1')).length === 0;
  }

  const change = (userID: string): Promise<unknown> =>
    server.call(userID, SET_NICK, { nick: String(Math.random()) });

  it('goes in small transactions, between those of writers, who lose nothing', async () => {
    await watch.begin(sideDoor);
    // A round begins with the start.
    await server.restart();
    const writers = ['ann', 'zoe'];
    const opened = await Promise.all(writers.map((userID) => devices.open(userID)));
    const written = await Promise.all(
      writers.map(async (userID) => {
        let count = 0;
        do {
          await change(userID);
          count++;
        } while (!(await isTrimmed()));
        return count;
      }),
    );
    const received = await Promise.all(opened.map(async (device) => (await device.takeAll()).length));
    expect(received).toEqual(written);

    const moves = await watch.load(sideDoor);
    const perTransaction = new Map<number, number>();
    for (const { tx, trimmed } of moves) perTransaction.set(tx, (perTransaction.get(tx) ?? 0) + trimmed);
    expect(Math.max(...perTransaction.values())).toBeLessThanOrEqual(MOST_TRIMMED);
    const streams = await sideDoor.all('SELECT user_id FROM event_stream');
    expect(moves.reduce((sum, { trimmed }) => sum + trimmed, 0)).toBe(streams.length * HISTORY);
    const isTrim = moves.map(({ trimmed }) => trimmed > 0);
    const meanwhile = moves.slice(isTrim.indexOf(true), isTrim.lastIndexOf(true));
    const whoWrote = meanwhile.filter(({ added }) => added > 0).map(({ user_id }) => user_id);
    expect([...new Set(whoWrote)].sort()).toEqual(writers);
  });

  it('never gives a device a part of the history: all of it, or the word that it is gone', async () => {
    const [stream] = await sideDoor.all<{ epoch: string; head: number }>(
      `SELECT epoch, head FROM event_stream WHERE user_id = 'zoe'`,
    );
    const { epoch = '', head = 0 } = stream ?? {};
    const start = toEventCursor('zoe', { epoch, seq: head - HISTORY });
    await server.restart();
    const outcomes: string[] = [];
    while (outcomes.at(-1) !== 'TRIMMED') outcomes.push(await comeBack(start, head));
    // Told once, told again, and what is new comes behind it.
    const device = await devices.open('zoe', { after: start });
    expect(device.opened).toMatchObject({ recovered: false, reason: 'TRIMMED', seq: head });
    await change('zoe');
    expect(await device.next()).toMatchObject({ seq: head + 1 });
  });

  it('leaves the new stream alone of a user who was deleted meanwhile and is back', async () => {
    // A round begins with the start. It has read how far each stream is to be trimmed, and comes to this one last.
    await server.restart();
    const first = `SELECT user_id FROM event_stream WHERE user_id = 'ann' AND floor > 0`;
    while ((await sideDoor.all(first)).length === 0) await setImmediate();
    const remove = 'mutation { deleteUsers(userIDs: ["zoe"]) { resultCode } }';
    await server.call({ userID: 'root', isAdmin: true }, remove);
    await change('zoe');
    while (!(await isTrimmed())) await setImmediate();
    // Behind what the round had still to do.
    await server.restart();
    const device = await devices.open('zoe');
    await change('zoe');
    expect(await device.next()).toMatchObject({ seq: 2 });
    expect(await sideDoor.all(`SELECT head, floor FROM event_stream WHERE user_id = 'zoe'`)).toEqual([
      { head: 2, floor: 0 },
    ]);
  });

  /** How it goes for a device that has been away since `start`. */
  async function comeBack(start: string, head: number): Promise<string> {
    try {
      const device = await devices.open('zoe', { after: start });
      if (device.opened['recovered'] === false) {
        expect(device.opened).toMatchObject({ seq: head, reason: 'TRIMMED' });
        return 'TRIMMED';
      }
      // Fails where one is missing.
      expect(await device.takeAll()).toHaveLength(HISTORY);
      return 'whole';
    } catch (error) {
      expect(error).toMatchObject({ cause: { code: 1013 } });
      return 'sent away';
    } finally {
      await devices.stopAll();
    }
  }
});
