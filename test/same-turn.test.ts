import { setTimeout as delay } from 'node:timers/promises';
import { loadConfig, type Config } from '../src/config';
import type { FanoutWatch } from '../src/events/fanout-watch';
import { openServices, type Services } from '../src/services';
import type { Viewer } from '../src/users/viewer';
import { openSideDoor } from './support/side-door';
import { sqlite } from './support/stores';

const ADMIN = { userID: 'admin', isAdmin: true };
const toViewer = (userID: string): Viewer => ({ userID, isAdmin: false });

/** SQLite commits together what is asked for in one turn of the event loop: nobody may see a difference. */
describe('what is asked for in one turn', () => {
  const jobs: string[] = [];
  let onBatch = (): void => undefined;
  let onStatement: (sql: string) => void = () => undefined;
  const watchFanout: FanoutWatch = {
    requested: () => undefined,
    batch: (work) => {
      const batch = work((userID) => jobs.push(userID));
      onBatch();
      return batch;
    },
  };
  let place: { config: Partial<Config>; drop(): Promise<void> };
  let services: Services;
  let round = 0;
  let [ann, ben, cho] = ['', '', ''];
  beforeAll(async () => {
    place = await sqlite.create();
    const env = { AMICUS_JWT_SECRET: 'a secret of at least thirty-two bytes', AMICUS_PORT: '0' };
    const config = { ...loadConfig(env), ...place.config };
    services = await openServices(config, {
      watchFanout,
      onStatement: (sql) => {
        onStatement(sql);
      },
    });
  });
  beforeEach(async () => {
    round++;
    [ann, ben, cho] = ['ann', 'ben', 'cho'].map((name) => `${name}${round}`) as [string, string, string];
    const users = [ann, ben, cho].map((userID) => ({ userID, allowType: 'ALLOW_ANY' as const }));
    await services.users.importUsers(ADMIN, users);
  });
  afterAll(async () => {
    await services.stop();
    await place.drop();
  });

  const befriend = () => services.friends.add(toViewer(ann), { userID: ben, addType: 'BOTH' });
  const unfriend = () => services.friends.remove(toViewer(ann), [ben], 'BOTH');
  const rename = (nickName: string) => services.users.setSelfInfo(toViewer(ben), { nickName });
  const look = async () => (await services.createLoaders(toViewer(ann)).profiles.load(ben))?.user.nickName;

  it('a friend for so long becomes a stranger as it was in that moment', async () => {
    await rename('at the end');
    const [added, [removed]] = await Promise.all([befriend(), unfriend()]);
    expect([added.resultCode, removed?.resultCode]).toEqual(['OK', 'OK']);
    await rename('afterwards');
    expect(await look()).toBe('at the end');
  });

  it('is kept but for a change whose event cannot be written, which ends the transaction of all', async () => {
    const sideDoor = await openSideDoor(place.config);
    await sideDoor.run(`INSERT INTO event (user_id, seq, type, payload, occurred_at)
      SELECT user_id, head + 1, 'SELF_INFO_UPDATED', '{}', 0 FROM event_stream WHERE user_id = '${ben}'`);
    await sideDoor.close();
    let commits = 0;
    onStatement = (sql) => {
      if (sql === 'COMMIT') commits++;
    };
    const changes = await Promise.allSettled(
      [ann, ben, cho].map((userID) => services.users.setSelfInfo(toViewer(userID), { nickName: 'new' })),
    );
    onStatement = () => undefined;
    expect(changes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    // Of who came before it and of who came behind it: they were run anew.
    expect(commits).toBe(2);
    const names = [ann, ben, cho].map(
      async (userID) => (await services.createLoaders(toViewer(userID)).profiles.load(userID))?.user.nickName,
    );
    expect(await Promise.all(names)).toEqual(['new', '', 'new']);
  });

  it('has a job of the fan-out go on with its turn when it has to be run again', async () => {
    for (const owner of [ben, cho])
      await services.friends.add(toViewer(owner), { userID: ann, addType: 'BOTH' });
    jobs.length = 0;
    // In one turn with the first batch, and what commits them fails once.
    onBatch = () => {
      onBatch = () => undefined;
      void services.friends.setNotes(toViewer(cho), { userID: ann, friendRemark: 'a' });
      onStatement = (sql) => {
        if (sql !== 'COMMIT') return;
        onStatement = () => undefined;
        throw new Error('not this one');
      };
    };
    await Promise.all(
      [ann, ben].map((userID) => services.users.setSelfInfo(toViewer(userID), { nickName: 'new' })),
    );
    while ((await services.fanout.loadBacklog()).count > 0) await delay(20);
    const [first] = jobs;
    expect(jobs).toEqual([first, first, first === ann ? ben : ann]);
  });

  it('keeps what is seen of a former friend, whoever was deleted beside', async () => {
    await befriend();
    await rename('at the end');
    const [deleted, [removed]] = await Promise.all([services.removals.remove(ADMIN, [cho]), unfriend()]);
    expect([deleted[0]?.resultCode, removed?.resultCode]).toEqual(['OK', 'OK']);
    await rename('afterwards');
    expect(await look()).toBe('at the end');
  });
});
