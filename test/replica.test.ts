import { setTimeout as delay } from 'node:timers/promises';
import { openDatabase } from '../src/database/open-database';
import type { Clock } from '../src/lib/clock';
import { Cable } from './support/cable';
import { waitUntilReady } from './support/nodes';
import { act } from './support/people';
import { PostgresPair } from './support/postgres-pair';
import { findOwnPostgres } from './support/postgres-programs';
import { ADMIN, TestServer } from './support/server';
import type { Store } from './support/stores';

const LOOK = `query ($ids: [ID!]!) { usersInfo(userIDs: $ids) { resultCode fetchedAt user { nickName } } }`;
const MAX_LAG_MS = 5_000;
const canStartPostgres = findOwnPostgres() !== null;

if (!canStartPostgres) console.warn('Skipping the suite on a read replica: there is no PostgreSQL to start.');

(canStartPostgres ? describe : describe.skip)('two servers on a PostgreSQL with a read replica', () => {
  let pair: PostgresPair;
  let one: TestServer;
  let other: TestServer;
  let nowMs = Date.now();
  const clock: Clock = { now: () => nowMs };
  let round = 0;
  /** Two users of each test's own, the second open to everybody. */
  let me = '';
  let they = '';

  const start = (): Promise<TestServer> => {
    const store: Store = {
      name: 'a primary',
      create: () => Promise.resolve({ config: { databaseUrl: pair.url }, drop: () => Promise.resolve() }),
    };
    const config = { databaseReplicaUrl: pair.replicaUrl, databaseReplicaMaxLagMs: MAX_LAG_MS };
    return TestServer.start({ store, clock, config });
  };
  beforeAll(async () => {
    pair = await PostgresPair.start();
    [one, other] = [await start(), await start()];
    await Promise.all([one, other].map((server) => waitUntilReady(server, 'ready')));
  }, 120_000);
  afterAll(async () => {
    await Promise.all([one, other].map((server) => server.stop()));
    await pair.remove();
  });
  beforeEach(async () => {
    round++;
    [me, they] = [`me${round}`, `they${round}`];
    await one.call(me, '{ me { id } }');
    await one.call(they, 'mutation { setSelfInfo(input: { nickName: "old", allowType: ALLOW_ANY }) { id } }');
    await catchUp();
  });

  async function readMetric(server: TestServer, name: string): Promise<number> {
    const text = await (await fetch(new URL('/metrics', server.url))).text();
    return Number(
      text
        .split('\n')
        .find((line) => line.startsWith(`${name} `))
        ?.slice(name.length + 1),
    );
  }
  async function waitForMetric(server: TestServer, name: string, value: number): Promise<void> {
    // Asked without a pause, it would have no time for what is waited for.
    while ((await readMetric(server, name)) !== value) await delay(20);
  }
  /** Until both servers know that the replica has all that was written before. */
  async function catchUp(): Promise<void> {
    nowMs += 1;
    for (const server of [one, other]) {
      await waitForMetric(server, 'amicus_replica_lag_seconds', 0);
      await waitForMetric(server, 'amicus_replica_up', 1);
    }
  }
  /** Nothing of what is written in the meantime gets to the replica; the servers take it for fresh. */
  async function whilePaused(work: () => Promise<void>): Promise<void> {
    await pair.pause();
    try {
      await work();
    } finally {
      await pair.resume();
    }
  }
  const rename = (nick: string, server = one): Promise<unknown> =>
    server.call(they, 'mutation ($nick: String!) { setSelfInfo(input: { nickName: $nick }) { id } }', {
      nick,
    });
  async function nick(viewer: string, server = one): Promise<string> {
    const { usersInfo } = await server.call<{
      usersInfo: [{ resultCode: string; user: { nickName: string } | null }];
    }>(viewer, LOOK, { ids: [they] });
    return usersInfo[0].user?.nickName ?? usersInfo[0].resultCode;
  }

  it('a stranger is read from the replica; oneself and a friend are not', async () => {
    await act(one, me, `addFriend(input: { userID: "${they}" })`);
    await one.call('nobody', '{ me { id } }');
    await catchUp();
    await whilePaused(async () => {
      await rename('new');
      const info = `{ friendsInfo(userIDs: ["${they}"]) { relation friendInfo { user { nickName } } } }`;
      expect(await one.call('nobody', info)).toEqual({
        friendsInfo: [{ relation: 'NONE', friendInfo: { user: { nickName: 'old' } } }],
      });
      expect(await nick('nobody')).toBe('old');
      expect(await nick(they)).toBe('new');
      expect(await nick(me)).toBe('new');
    });
  });

  it('the copy is as old as the state that it shows: ten minutes end from there', async () => {
    await one.call('watcher', '{ me { id } }');
    await catchUp();
    const asOf = new Date(nowMs).toISOString();
    await whilePaused(async () => {
      nowMs += 1_000;
      const { usersInfo } = await one.call<{ usersInfo: [{ fetchedAt: string }] }>('watcher', LOOK, {
        ids: [they],
      });
      expect(usersInfo[0].fetchedAt).toBe(asOf);
    });
    await rename('new');
    nowMs += 599_000 - 1;
    expect(await nick('watcher')).toBe('old');
    nowMs += 1;
    expect(await nick('watcher')).toBe('new');
  });

  it('a friend who becomes a stranger is never older than what was seen, on another server either', async () => {
    await act(one, me, `addFriend(input: { userID: "${they}" })`);
    await catchUp();
    await whilePaused(async () => {
      await rename('as seen');
      expect(await nick(me)).toBe('as seen');
      expect(await act(one, me, `deleteFromFriendList(userIDs: ["${they}"])`)).toEqual(['OK']);
      expect(await nick(me)).toBe('as seen');
      expect(await nick(me, other)).toBe('as seen');
    });
  });

  it('a stranger who becomes a friend is current at once, on another server too', async () => {
    await catchUp();
    await whilePaused(async () => {
      expect(await nick(me, other)).toBe('old');
      await rename('new');
      await act(one, me, `addFriend(input: { userID: "${they}" })`);
      expect(await nick(me)).toBe('new');
      while ((await nick(me, other)) !== 'new') await delay(20);
    });
  });

  it('a user whom the replica does not know is found as soon as it is created', async () => {
    they = `late${round}`;
    await whilePaused(async () => {
      expect(await nick(me)).toBe('USER_NOT_FOUND');
      await rename('here');
      expect(await nick(me)).toBe('here');
    });
  });

  it('a user who is deleted is gone at once, and current when created anew', async () => {
    await whilePaused(async () => {
      await one.call(ADMIN, 'mutation ($id: ID!) { deleteUsers(userIDs: [$id]) { code } }', { id: they });
      expect(await nick(me)).toBe('USER_NOT_FOUND');
      while ((await nick('elsewhere', other)) !== 'USER_NOT_FOUND') await delay(20);
      await rename('again');
      expect(await nick(me)).toBe('again');
    });
  });

  it('as late as is allowed it is asked, and later no more until it has caught up', async () => {
    for (const viewer of ['first', 'second', 'third']) await one.call(viewer, '{ me { id } }');
    await catchUp();
    await whilePaused(async () => {
      await rename('new');
      nowMs += MAX_LAG_MS;
      expect(await nick('first')).toBe('old');
      nowMs += 1;
      expect(await readMetric(one, 'amicus_replica_up')).toBe(0);
      expect(await nick('second')).toBe('new');
    });
    await catchUp();
    const before = await readMetric(one, 'amicus_replica_profiles_total{source="replica"}');
    expect(await nick('third')).toBe('new');
    expect(await nick('first', other)).toBe('new');
    expect(await readMetric(one, 'amicus_replica_profiles_total{source="replica"}')).toBe(before + 1);
  });

  it('when it dies nothing fails, a server starts without it, and it is asked again when it is back', async () => {
    await pair.killStandby();
    expect(await nick('widow')).toBe('old');
    await waitForMetric(one, 'amicus_replica_up', 0);
    await rename('new');
    expect(await nick('orphan')).toBe('new');
    const third = await start();
    expect(await nick('orphan', third)).toBe('new');
    await third.stop();
    await pair.startStandby();
    await catchUp();
    await one.call('heir', '{ me { id } }');
    await catchUp();
    await whilePaused(async () => {
      await rename('newest');
      expect(await nick('heir')).toBe('new');
    });
  });

  it('is not taken for fresh because the clock was set back', async () => {
    let backMs = 0;
    await using database = await openDatabase({
      dataDir: '',
      databaseUrl: pair.url,
      postgres: { databaseReplicaUrl: pair.replicaUrl, databaseReplicaMaxLagMs: 1_000 },
      clock: { now: () => Date.now() - backMs },
    });
    const look = () => [database.replica?.asOfMs ?? null, database.replica?.lagMs ?? null] as const;
    while (look()[0] === null) await delay(10);
    await pair.pause();
    try {
      backMs = 3_600_000;
      expect(look()).toEqual([null, null]);
    } finally {
      await pair.resume();
    }
    while (look()[0] === null) await delay(10);
    expect(look()[1]).toBeLessThanOrEqual(1_000);
  });

  it('is never read from in place of the primary, whatever its address leads to for a while', async () => {
    const { cable, url } = await Cable.layToDatabase(pair.url);
    const database = await openDatabase({ dataDir: '', databaseUrl: url });
    cable.plug(Number(new URL(pair.replicaUrl).port));
    cable.cut();
    const read = database.reader.all('SELECT pg_is_in_recovery() AS is_standby');
    await cable.nextAttempt();
    cable.plug(Number(new URL(pair.url).port));
    expect(await read).toEqual([{ is_standby: false }]);
    await database.stop();
    await cable.remove();
  });

  it('is not asked when it stays on the timeline of a primary that was replaced', async () => {
    await pair.failOver();
    const problems: unknown[] = [];
    await using database = await openDatabase({
      dataDir: '',
      databaseUrl: pair.replicaUrl,
      postgres: { databaseReplicaUrl: pair.url },
      onError: (error) => problems.push(error),
    });
    const isAsked = (): boolean => typeof database.replica?.asOfMs === 'number';
    while (problems.length === 0 && !isAsked()) await delay(10);
    expect(isAsked()).toBe(false);
    expect(problems).toMatchObject([{ cause: { message: expect.stringContaining('timeline') as string } }]);
  }, 60_000);
});
