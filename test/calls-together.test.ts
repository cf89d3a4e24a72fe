import { setTimeout as delay } from 'node:timers/promises';
import { loadConfig, type Config } from '../src/config';
import { DatabaseUnavailableError } from '../src/database/unavailable';
import { defaultLimits } from '../src/limits';
import { openServices, type Services } from '../src/services';
import type { Viewer } from '../src/users/viewer';
import { withClient } from './support/postgres-server';
import { describeOnStores } from './support/stores';

const ADMIN = { userID: 'admin', isAdmin: true };
const LIMIT = 5;
const COUNT = 12;
const CONNECTIONS = 4;
/** The first statement behind the lock. */
const isRead = (sql: string): boolean => sql.startsWith('SELECT pair.me');

const toViewer = (userID: string): Viewer => ({ userID, isAdmin: false });

/** Calls of one turn of the event loop share a transaction: but for its statements, nobody may see a difference. */
describeOnStores('changes of relation that are called for in one turn', (store) => {
  const statements: string[] = [];
  let onStatement: (sql: string) => void = () => undefined;
  let place: { config: Partial<Config>; drop(): Promise<void> };
  let services: Services;
  let round = 0;
  const open = (config: Partial<Config>): Promise<Services> => {
    const env = { AMICUS_JWT_SECRET: 'a secret of at least thirty-two bytes', AMICUS_PORT: '0' };
    const limits = { ...defaultLimits, friends: LIMIT };
    return openServices(
      { ...loadConfig(env), databasePoolSize: CONNECTIONS, ...config, limits },
      {
        onStatement: (sql) => {
          statements.push(sql);
          onStatement(sql);
        },
      },
    );
  };
  beforeAll(async () => {
    place = await store.create();
    services = await open(place.config);
  });
  afterEach(() => {
    onStatement = () => undefined;
  });
  afterAll(async () => {
    await services.stop();
    await place.drop();
  });

  const add = async (me: string, they: string): Promise<string> =>
    (await services.friends.add(toViewer(me), { userID: they, addType: 'BOTH' })).resultCode;
  const loadEvents = (userID: string): Promise<{ seq: number; type: string; payload: string }[]> =>
    services.database.reader.all('SELECT seq, type, payload FROM event WHERE user_id = $1 ORDER BY seq', [
      userID,
    ]);
  const loadFriends = async (userID: string): Promise<string[]> => {
    const page = await services.friends.loadPage(toViewer(userID), {}, null, {
      profiles: null,
      details: false,
    });
    return page.nodes.map((node) => node.userID).sort();
  };

  /** Users of the names, who let everybody in. */
  const createUsers = async (...names: string[]): Promise<string[]> => {
    const users = names.map((name) => ({ userID: `${name}-${round}`, allowType: 'ALLOW_ANY' as const }));
    for (let from = 0; from < users.length; from += 100)
      await services.users.importUsers(ADMIN, users.slice(from, from + 100));
    round++;
    statements.length = 0;
    return users.map(({ userID }) => userID);
  };

  /** Two who are not friends yet, so often. */
  const createPairs = async (count: number): Promise<[string, string][]> => {
    const names = Array.from({ length: count }, (_, index) => [`a${index}`, `b${index}`]).flat();
    const users = await createUsers(...names);
    return Array.from({ length: count }, (_, index) => users.slice(2 * index, 2 * index + 2)) as [
      string,
      string,
    ][];
  };

  it('take as many statements as one of them', async () => {
    const [alone = ['', ''], ...others] = await createPairs(COUNT + 1);
    await add(...alone);
    const ofOne = statements.length;
    statements.length = 0;
    expect(await Promise.all(others.map((pair) => add(...pair)))).toEqual(others.map(() => 'OK'));
    expect(statements).toHaveLength(ofOne);
    for (const [a, b] of others) expect([await loadFriends(a), await loadFriends(b)]).toEqual([[b], [a]]);
  });

  it('have each an event of its own, in the order of the calls', async () => {
    const [star = '', ...fans] = await createUsers('star', 'f1', 'f2', 'f3');
    await Promise.all(fans.map((fan) => add(fan, star)));
    expect(await loadEvents(star)).toEqual(
      fans.map((fan, index) => ({
        seq: index + 1,
        type: 'FRIEND_LIST_ADDED',
        payload: JSON.stringify({ userIDs: [fan] }),
      })),
    );
  });

  it('fill a list up to its limit and not further', async () => {
    const fans = Array.from({ length: LIMIT + 2 }, (_, index) => `fan${index}`);
    const [star = '', ...users] = await createUsers('star', ...fans);
    const codes = await Promise.all(users.map((fan) => add(fan, star)));
    expect(codes).toEqual(users.map((_, index) => (index < LIMIT ? 'OK' : 'PEER_FRIEND_LIMIT')));
    expect(await loadFriends(star)).toEqual(users.slice(0, LIMIT));
  });

  it('are one after the other where they concern the same two users', async () => {
    const [ann = '', ben = ''] = await createUsers('ann', 'ben');
    await add(ann, ben);
    const remove = async (me: string, they: string): Promise<string | undefined> =>
      (await services.friends.remove(toViewer(me), [they], 'BOTH'))[0]?.resultCode;
    const codes = await Promise.all([remove(ann, ben), remove(ben, ann), remove(ann, ben)]);
    expect(codes.sort()).toEqual(['NOT_FRIENDS', 'NOT_FRIENDS', 'OK']);
  });

  it('wait for the next transaction once one has begun', async () => {
    const [first = ['', ''], ...later] = await createPairs(4);
    const calls: Promise<string>[] = [];
    onStatement = (sql) => {
      if (!isRead(sql)) return;
      onStatement = () => undefined;
      calls.push(...later.map((pair) => add(...pair)));
    };
    expect(await add(...first)).toBe('OK');
    expect(await Promise.all(calls)).toEqual(['OK', 'OK', 'OK']);
    expect(statements.filter(isRead)).toHaveLength(2);
  });

  it('have as long as ever to get a connection, however long another one has waited', async () => {
    const [first = ['', ''], second = ['', '']] = await createPairs(2);
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const holders = Array.from({ length: CONNECTIONS }, () => services.database.transaction(() => released));
    const early = add(...first);
    await delay(60);
    const late = add(...second);
    release();
    await Promise.all(holders);
    expect(await Promise.all([early, late])).toEqual(['OK', 'OK']);
    expect(statements.filter(isRead)).toHaveLength(2);
  });

  it('are waited for at the stop, also where they go on alone', async () => {
    const [[a, b] = ['', '']] = await createPairs(1);
    const own = await store.create();
    const others = await open(own.config);
    await others.users.importUsers(ADMIN, [
      { userID: a, allowType: 'ALLOW_ANY' },
      { userID: b, allowType: 'ALLOW_ANY' },
    ]);
    const calls = [
      others.blocks.add(toViewer('never-registered'), [b]),
      others.friends.add(toViewer(a), { userID: b, addType: 'BOTH' }),
    ];
    const settled = Promise.allSettled(calls);
    await others.stop();
    await own.drop();
    expect(await settled).toMatchObject([
      { status: 'rejected', reason: { extensions: { code: 'FORBIDDEN' } } },
      { status: 'fulfilled', value: { resultCode: 'OK' } },
    ]);
  });

  it('go on in more transactions where they are many', async () => {
    const pairs = await createPairs(40);
    await Promise.all(pairs.map((pair) => add(...pair)));
    expect(statements.filter(isRead)).toHaveLength(2);
    statements.length = 0;
    const [ann = '', ben = '', cho = ''] = await createUsers('ann', 'ben', 'cho');
    const strangers = Array.from({ length: 100 }, (_, index) => `nobody${index}`);
    await Promise.all(
      [ann, ben, cho].map((userID) => services.friends.remove(toViewer(userID), strangers, 'SINGLE')),
    );
    expect(statements.filter(isRead).length).toBeGreaterThan(1);
  });

  it('are not hindered by one that cannot be carried out', async () => {
    const [ann = '', ben = '', cho = ''] = await createUsers('ann', 'ben', 'cho');
    const gone = toViewer('never-registered');
    const [added, unknown, blocked] = await Promise.allSettled([
      add(ann, ben),
      add(cho, 'nobody-at-all'),
      services.blocks.add(gone, [ben]),
    ]);
    expect(added).toEqual({ status: 'fulfilled', value: 'OK' });
    expect(unknown).toEqual({ status: 'fulfilled', value: 'USER_NOT_FOUND' });
    expect(blocked).toMatchObject({ status: 'rejected', reason: { extensions: { code: 'FORBIDDEN' } } });
    expect(await loadFriends(ben)).toEqual([ann]);
  });

  it('are carried out one by one when they fail together', async () => {
    const pairs = await createPairs(3);
    onStatement = (sql) => {
      if (!sql.startsWith('INSERT INTO friend ')) return;
      onStatement = () => undefined;
      throw new Error('not this time');
    };
    expect(await Promise.all(pairs.map((pair) => add(...pair)))).toEqual(['OK', 'OK', 'OK']);
    expect(statements.filter(isRead)).toHaveLength(4);
  });

  it('are all refused, and not tried again, when the database is gone', async () => {
    const pairs = await createPairs(3);
    onStatement = (sql) => {
      if (sql.startsWith('INSERT INTO friend ')) throw new DatabaseUnavailableError(new Error('gone'));
    };
    const results = await Promise.allSettled(pairs.map((pair) => add(...pair)));
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(statements.filter(isRead)).toHaveLength(1);
  });

  it('leave the act of an administrator to itself', async () => {
    const [ann = '', ben = '', cho = '', dan = ''] = await createUsers('ann', 'ben', 'cho', 'dan');
    onStatement = (sql) => {
      if (sql.startsWith('INSERT INTO audit')) throw new Error('broken by the test');
    };
    const act = { actorID: ADMIN.userID, actAs: ann, operation: 'addFriend', userIDs: [ben], tokenIDs: [] };
    const asAnn = { userID: ann, isAdmin: true, actedBy: ADMIN.userID };
    const [other, acted] = await Promise.allSettled([
      add(cho, dan),
      services.audit.perform(act, () => services.friends.add(asAnn, { userID: ben, addType: 'BOTH' })),
    ]);
    expect([other.status, acted.status]).toEqual(['fulfilled', 'rejected']);
    expect([await loadFriends(ann), await loadFriends(cho)]).toEqual([[], [dan]]);
  });

  it('may be of one user, who asks several and puts them into one group', async () => {
    const [ann = '', ben = '', cho = ''] = await createUsers('ann', 'ben', 'cho');
    for (const userID of [ben, cho])
      await services.users.setSelfInfo(toViewer(userID), { allowType: 'NEED_CONFIRM' });
    const ask = async (userID: string): Promise<string> =>
      (await services.friends.add(toViewer(ann), { userID, addType: 'BOTH', friendGroup: 'team' }))
        .resultCode;
    const agree = async (userID: string): Promise<string> => {
      const agreement = { userID: ann, acceptType: 'AGREE_AND_ADD' } as const;
      return (await services.applications.accept(toViewer(userID), agreement)).resultCode;
    };
    expect(await Promise.all([ask(ben), ask(cho)])).toEqual(['PENDING', 'PENDING']);
    expect(await Promise.all([agree(ben), agree(cho)])).toEqual(['OK', 'OK']);
    const page = await services.friends.loadPage(toViewer(ann), {}, 'team', {
      profiles: null,
      details: false,
    });
    expect(page.nodes.map((node) => node.userID).sort()).toEqual([ben, cho]);
    const grouped = (await loadEvents(ann)).filter(({ type }) => type.includes('GROUP'));
    expect(grouped).toMatchObject([
      { type: 'FRIEND_GROUP_CREATED', payload: JSON.stringify({ groupName: 'team', userIDs: [ben, cho] }) },
    ]);
  });

  // SQLite has one transaction at a time.
  if (store.name === 'PostgreSQL') {
    it('do not wait for users whom another transaction holds', async () => {
      const [ann = '', ben = '', cho = '', dan = ''] = await createUsers('ann', 'ben', 'cho', 'dan');
      let slow: Promise<string> | undefined;
      await withClient(place.config.databaseUrl ?? '', async (client) => {
        await client.query('BEGIN');
        await client.query('SELECT FROM event_stream WHERE user_id = $1 FOR UPDATE', [dan]);
        slow = add(cho, dan);
        expect(await add(ann, ben)).toBe('OK');
        expect(await loadFriends(cho)).toEqual([]);
        await client.query('COMMIT');
      });
      expect(await slow).toBe('OK');
      expect(await loadFriends(dan)).toEqual([cho]);
    });

    it('do not wait for a refusal that has to wait for an old one', async () => {
      const [ann = '', ben = '', cho = '', dan = ''] = await createUsers('ann', 'ben', 'cho', 'dan');
      await services.users.setSelfInfo(toViewer(ann), { allowType: 'NEED_CONFIRM' });
      await add(ben, ann);
      let refused: Promise<{ resultCode: string }> | undefined;
      await withClient(place.config.databaseUrl ?? '', async (client) => {
        await client.query('INSERT INTO refusal (owner_id, peer_id, refused_at) VALUES ($1, $2, 1)', [
          ben,
          ann,
        ]);
        await client.query('BEGIN');
        await client.query('DELETE FROM refusal WHERE owner_id = $1', [ben]);
        refused = services.applications.refuse(toViewer(ann), ben);
        expect(await add(cho, dan)).toBe('OK');
        await client.query('COMMIT');
      });
      expect((await refused)?.resultCode).toBe('OK');
    });
  }
});
