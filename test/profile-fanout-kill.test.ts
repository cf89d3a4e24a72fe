import { setTimeout as delay } from 'node:timers/promises';
import { toEventCursor, type EventPlace } from '../src/events/event-cursor';
import { MortalProcess } from './support/mortal-process';
import { TestListener } from './support/listener';
import { toIDs } from './support/people';
import { SeededStore } from './support/seeded-store';
import { openSideDoor, type SideDoor } from './support/side-door';
import { TestServer } from './support/server';
import { describeOnStores } from './support/stores';

const SET_NICK = 'mutation ($nick: String!) { setSelfInfo(input: { nickName: $nick }) { id } }';
/** More than one batch of the job. */
const OWNERS = 3_100;

/** Each life begins with loading the program, which takes seconds on a busy machine. */
const PATIENCE_MS = 600_000;

describeOnStores('a server that is killed again and again while it tells owners of a change', (store) => {
  const owners = toIDs(OWNERS, 'owner');
  /** The first and the last in the order of the job, and some between. */
  const sample = owners.filter((_, index) => index % 500 === 0 || index === OWNERS - 1);
  const seeded = new SeededStore(
    store,
    owners.map((owner) => [owner, 'star']),
  );
  const processes: MortalProcess[] = [];
  let drop: () => Promise<void>;
  let sideDoor: SideDoor;
  let lives = 0;

  beforeAll(async () => {
    ({ drop } = await seeded.create());
    sideDoor = await openSideDoor(seeded.config);
  });
  afterAll(async () => {
    for (const mortal of processes) mortal.kill();
    await sideDoor.close();
    await drop();
  });

  /** Where the streams stand. */
  async function loadPlaces(): Promise<Map<string, EventPlace>> {
    const rows = await sideDoor.all<{ user_id: string; epoch: string; head: number }>(
      'SELECT user_id, epoch, head FROM event_stream',
    );
    return new Map(rows.map(({ user_id, epoch, head }) => [user_id, { epoch, seq: head }]));
  }

  /** Whether there are owners still to be told. */
  async function hasJob(): Promise<boolean> {
    const jobs = await sideDoor.all(`SELECT user_id FROM profile_fanout WHERE user_id = 'star'`);
    return jobs.length > 0;
  }

  /** One life of the server: the change is asked for, and it ends where it has to. */
  async function liveAndDie(at: number): Promise<void> {
    lives++;
    // The server of a database is left with a statement that it has not answered every other time.
    const moment = store.name === 'SQLite' || lives % 2 === 0 ? 'before' : 'after';
    const mortal = await MortalProcess.start(seeded.config, { at, moment });
    processes.push(mortal);
    // Changes nothing, and tells nobody, when it was made in an earlier life.
    await mortal.call('star', SET_NICK, { nick: 'Nova' });
    // Their statements would count as the job's: nobody asks for anything while it is under way.
    while (mortal.isAlive && (await hasJob())) await delay(20);
    // A job that is done needs something else to come to its end.
    while (mortal.isAlive) await mortal.call('nobody', SET_NICK, { nick: String(Math.random()) });
    expect(await mortal.died()).toBe('SIGKILL');
  }

  it(
    'has told each of them exactly once in the end',
    async () => {
      const before = await loadPlaces();
      const toNews = (places: Map<string, EventPlace>, owner: string): number =>
        (places.get(owner)?.seq ?? 0) - (before.get(owner)?.seq ?? 0);
      const countTold = async (): Promise<number> => {
        const places = await loadPlaces();
        return owners.filter((owner) => toNews(places, owner) > 0).length;
      };

      // In the transaction of the change, later each time, until the change is committed.
      for (let at = 7; !(await hasJob()); at += 4) await liveAndDie(at);
      expect(await countTold()).toBe(0);
      // In the job, later each time, until it is done.
      const told: number[] = [];
      for (let at = 3; await hasJob(); at += 5) {
        await liveAndDie(at);
        told.push(await countTold());
      }
      // Nobody in the first life, which ended within a batch; some in a later one, which ended between two.
      expect(told[0]).toBe(0);
      expect(told.some((count) => count > 0 && count < OWNERS)).toBe(true);

      const after = await loadPlaces();
      expect(owners.filter((owner) => toNews(after, owner) !== 1)).toEqual([]);
      await checkStreams(before);
    },
    PATIENCE_MS,
  );

  /** A server that lives on, whose devices come back with the cursors that they had before it all. */
  async function checkStreams(before: Map<string, EventPlace>): Promise<void> {
    const place = { config: seeded.config, drop: () => Promise.resolve() };
    const server = await TestServer.start({
      store: { name: store.name, create: () => Promise.resolve(place) },
    });
    for (const owner of sample) {
      const after = toEventCursor(owner, before.get(owner) ?? { epoch: '', seq: 0 });
      const { listener } = await TestListener.open(server, owner, { after });
      expect(await listener.next()).toMatchObject({
        type: 'FRIEND_INFO_CHANGED',
        friends: [{ userID: 'star', user: { nickName: 'Nova' } }],
      });
      expect(await listener.drain()).toEqual([]);
      await listener.stop();
    }
    await server.stop();
  }
});
