import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '../src/config';
import { Cable } from './support/cable';
import { TestListener } from './support/listener';
import { MortalProcess, type Death } from './support/mortal-process';
import { createUsers, toIDs } from './support/people';
import { SeededStore } from './support/seeded-store';
import { TestServer } from './support/server';
import { openSideDoor, type SideDoor } from './support/side-door';
import { findPostgres, findStore } from './support/stores';

const SET_NICK = 'mutation ($nick: String!) { setSelfInfo(input: { nickName: $nick }) { id } }';
/** More than one batch of the job. */
const OWNERS = 3_100;
/** Of the last batch: its owners were told, but for the commit. */
const LAST_STATEMENT = 'DELETE FROM profile_fanout';
/** A batch for each. */
const JOBS = 100;
/** Loading a program takes seconds on a busy machine; a claim of one that hangs ends after ten, and the next look is within ten. */
const PATIENCE_MS = 120_000;

(findPostgres() === null ? describe.skip : describe)('the job that tells owners, on several servers', () => {
  const owners = toIDs(OWNERS, 'owner');
  const friends = toIDs(JOBS, 'friend');
  let seeded: SeededStore;
  const processes: MortalProcess[] = [];
  let cable: Cable;
  /** Of the same database, through the cable. */
  let cutOffUrl: string;
  let drop: () => Promise<void>;
  let sideDoor: SideDoor;
  let one: TestServer;
  let other: TestServer;

  beforeAll(async () => {
    seeded = new SeededStore(findStore('PostgreSQL'), [
      ...owners.map((owner) => [owner, 'star'] as const),
      // Two lists: who would be told of both waits for a lock as long as the claim of the one that hangs lasts.
      ...toIDs(100, 'fan').map((fan) => [fan, 'hung'] as const),
      ...toIDs(100, 'admirer').map((admirer) => [admirer, 'cut-off'] as const),
      ...friends.map((friend) => [friend, 'ann'] as const),
    ]);
    ({ drop } = await seeded.create());
    sideDoor = await openSideDoor(seeded.config);
    const place = { config: seeded.config, drop: () => Promise.resolve() };
    const store = { name: 'one database', create: () => Promise.resolve(place) };
    one = await TestServer.start({ store });
    other = await TestServer.start({ store });
    ({ cable, url: cutOffUrl } = await Cable.layToDatabase(seeded.config.databaseUrl ?? ''));
  }, PATIENCE_MS);
  afterAll(async () => {
    for (const mortal of processes) mortal.kill();
    await Promise.all([one.stop(), other.stop(), cable.remove()]);
    await sideDoor.close();
    await drop();
  });

  /** One more server. */
  async function start(death: Death, config: Partial<Config> = seeded.config): Promise<MortalProcess> {
    const mortal = await MortalProcess.start(config, death);
    processes.push(mortal);
    return mortal;
  }

  /** The server ends or stops in the middle of the job of this user. Gives how often the user was changed for that. */
  async function claim(mortal: MortalProcess, userID: string): Promise<number> {
    const watched = { hasStopped: false };
    const stopped = mortal.stopped().then(() => {
      watched.hasStopped = true;
    });
    // Another server may look for jobs in just that moment, and do all of it: then there is one more change.
    let changes = 0;
    while (!watched.hasStopped) {
      changes++;
      const nick = `${userID} anew ${String(changes)}`;
      const done = mortal.call(userID, SET_NICK, { nick }).then(async () => {
        while (!watched.hasStopped && (await hasJob(userID))) await delay(20);
      });
      await Promise.race([stopped, done]);
    }
    expect(await hasJob(userID)).toBe(true);
    return changes;
  }

  async function hasJob(userID: string): Promise<boolean> {
    const jobs = await sideDoor.all<{ user_id: string }>('SELECT user_id FROM profile_fanout');
    return jobs.some((job) => job.user_id === userID);
  }

  /** Which of the owners were told of which of these users more or less often than so. */
  async function findNotTold(
    wanted: number,
    userIDs: readonly string[],
    ofOwners: readonly string[],
  ): Promise<string[]> {
    const rows = await sideDoor.all<{ user_id: string; payload: string; times: number }>(
      `SELECT user_id, payload, count(*)::int AS times FROM event WHERE type = 'FRIEND_INFO_CHANGED'
       GROUP BY user_id, payload`,
    );
    const times = new Map(rows.map((row) => [`${row.user_id} ${row.payload}`, row.times]));
    const pairs = ofOwners.flatMap((owner) =>
      userIDs.map((userID) => `${owner} ${JSON.stringify({ userIDs: [userID] })}`),
    );
    return pairs.filter((pair) => times.get(pair) !== wanted);
  }

  it(
    'of one that is killed in the middle is finished by another without help, each owner told once',
    async () => {
      const [first = '', last = ''] = [owners[0], owners.at(-1)];
      const [{ listener: early }, { listener: late }] = [
        await TestListener.open(one, first),
        await TestListener.open(other, last),
      ];
      // Those of the first batch were told.
      const mortal = await start({ at: LAST_STATEMENT, moment: 'before' });
      const changes = await claim(mortal, 'star');
      expect(await mortal.died()).toBe('SIGKILL');
      expect(await early.next()).toMatchObject({ type: 'FRIEND_INFO_CHANGED', seq: 2 });
      expect(await late.next()).toMatchObject({ type: 'FRIEND_INFO_CHANGED', seq: 2 });
      while (await hasJob('star')) await delay(20);
      expect(await findNotTold(changes, ['star'], owners)).toEqual([]);
      await Promise.all([early.stop(), late.stop()]);
    },
    PATIENCE_MS,
  );

  it(
    'of those that hang or are cut off is taken over, and they do nothing twice when they are back',
    async () => {
      const death = { at: LAST_STATEMENT, moment: 'before', signal: 'SIGSTOP' } as const;
      // Both first: the claim of the one that hangs ends before a slow machine has loaded another.
      const hung = await start(death);
      const cutOff = await start(death, { databaseUrl: cutOffUrl });
      const changes = { hung: await claim(hung, 'hung'), cutOff: await claim(cutOff, 'cut-off') };
      cable.swallow();
      await cutOff.goOn();
      while ((await hasJob('hung')) || (await hasJob('cut-off'))) await delay(20);
      const findNotToldYet = async (hungTimes: number): Promise<string[]> => [
        ...(await findNotTold(hungTimes, ['hung'], toIDs(100, 'fan'))),
        ...(await findNotTold(changes.cutOff, ['cut-off'], toIDs(100, 'admirer'))),
      ];
      expect(await findNotToldYet(changes.hung)).toEqual([]);
      await hung.goOn();
      cable.flow();
      // Their workers are awake again, and have come to their next look.
      for (const mortal of [hung, cutOff]) {
        const changed = await mortal.call('hung', SET_NICK, {
          nick: `changed once more by ${String(processes.indexOf(mortal))}`,
        });
        expect(changed).toBe(true);
        while (await hasJob('hung')) await delay(20);
      }
      expect(await findNotToldYet(changes.hung + 2)).toEqual([]);
    },
    PATIENCE_MS,
  );

  it('of many users is shared by the servers, and each is done once', async () => {
    const half = JOBS / 2;
    for (const server of [one, other]) server.statements.length = 0;
    await Promise.all([
      createUsers(one, friends.slice(0, half), { nickName: 'anew' }),
      createUsers(other, friends.slice(half), { nickName: 'anew' }),
    ]);
    while ((await sideDoor.all('SELECT user_id FROM profile_fanout')).length > 0) await delay(20);
    expect(await findNotTold(1, friends, ['ann'])).toEqual([]);
    for (const server of [one, other])
      expect(
        server.statements.filter((sql) => sql.startsWith('DELETE FROM profile_fanout')).length,
      ).toBeGreaterThan(0);
  });
});
