import { setImmediate } from 'node:timers/promises';
import { loadConfig, type Config } from '../src/config';
import type { Queryable } from '../src/database/sql';
import { sqliteDialect } from '../src/database/sqlite-dialect';
import { openServices, type Services } from '../src/services';
import { HeldProfiles } from '../src/users/held-profiles';
import { UserRepository } from '../src/users/user.repository';
import type { RowProfile } from '../src/users/profile-row';
import { collectGarbage } from './support/garbage';
import { toReadProfile } from './support/profiles';
import { describeOnStores } from './support/stores';

const SECRET = 'a secret of at least thirty-two bytes';
const ADMIN = { userID: 'admin', isAdmin: true };

/** The clock stands still: by its times the version of one is that of the other. */
describeOnStores('a user who is deleted and created anew in the same moment', (store) => {
  let place: { config: Partial<Config>; drop(): Promise<void> };
  let services: Services;
  let held: HeldProfiles;
  let users: UserRepository;
  let round = 0;
  let they = '';
  beforeAll(async () => {
    place = await store.create();
    const config = { ...loadConfig({ AMICUS_JWT_SECRET: SECRET, AMICUS_PORT: '0' }), ...place.config };
    services = await openServices(config, { clock: { now: () => Date.UTC(2026, 0, 1) } });
  });
  beforeEach(async () => {
    // Of another process, which hears of what this one does when the test says so.
    held = new HeldProfiles(services.database.dialect);
    users = new UserRepository(services.database, held);
    they = `they${String(round++)}`;
    await begin('old');
  });
  afterAll(async () => {
    await services.stop();
    await place.drop();
  });

  const begin = (nickName: string): Promise<unknown> =>
    services.users.importUsers(ADMIN, [{ userID: they, nickName }]);
  const beginAnew = async (): Promise<void> => {
    await services.removals.remove(ADMIN, [they]);
    await begin('new');
  };
  const read = async (by = users, from: Queryable = services.database.reader): Promise<string | undefined> =>
    (await by.loadAsSeenBy(from, 'me', [they]))[0]?.user.nickName;
  /** The first statement waits for `before`, and its rows for `after`. */
  const toWaiting = (before: () => Promise<void>, after: () => Promise<void>): Queryable => {
    const { reader } = services.database;
    const waits = [before, after];
    return {
      all: (sql, values) => reader.all(sql, values),
      async tuples<Row extends readonly unknown[]>(...statement: Parameters<Queryable['tuples']>) {
        await waits.shift()?.();
        const rows = await reader.tuples<Row>(...statement);
        await waits.shift()?.();
        return rows;
      },
    };
  };
  const nothing = (): Promise<void> => Promise.resolve();

  it('is not shown as the one before to whom the same process has shown that one', async () => {
    expect(await read(services.sources.users)).toBe('old');
    await beginAnew();
    expect(await read(services.sources.users)).toBe('new');
  });

  describe.each<[how: string, hear: () => void]>([
    [
      'it is heard of the one user',
      () => {
        held.drop(they);
      },
    ],
    [
      'it is heard that users may have been deleted',
      () => {
        held.dropAll();
      },
    ],
  ])('when %s', (_how, hear) => {
    const becomeAnother = async (): Promise<void> => {
      await beginAnew();
      hear();
    };

    it('is not shown as the one before', async () => {
      expect(await read()).toBe('old');
      await becomeAnother();
      expect(await read()).toBe('new');
    });

    it('is not shown as the one before who was looked for when the read began', async () => {
      expect(await read()).toBe('old');
      expect(await read(users, toWaiting(becomeAnother, nothing))).toBe('new');
    });

    it('is not shown later as the one before whom a read under way has found', async () => {
      expect(await read(users, toWaiting(nothing, becomeAnother))).toBe('old');
      expect(await read()).toBe('new');
    });

    it('is not shown later as the one before who was still known to the end of a friendship', async () => {
      const look = held.lookForNobody('whole');
      const [before] = await held.loadAnew(services.database.reader, [they]);
      await becomeAnother();
      if (before !== undefined) held.share(before, look);
      expect(await read()).toBe('new');
    });
  });
});

test('a version of a profile is told by both of its times', () => {
  const times = { createdAt: new Date(1_001), updatedAt: new Date(2_002) };
  const profile = toReadProfile({ id: 'they', ...times });
  const others = [
    { createdAt: new Date(1_000) },
    { updatedAt: new Date(2_000) },
    { updatedAt: new Date(1_002) },
  ];
  for (const [other, isSame] of [[{}, true] as const, ...others.map((other) => [other, false] as const)]) {
    const { createdAt, updatedAt } = { ...times, ...other };
    expect(profile.isSameVersion(toReadProfile({ id: 'they', createdAt, updatedAt }))).toBe(isSame);
    expect(profile.isVersionIn([null, createdAt.getTime(), updatedAt.getTime()], 1)).toBe(isSame);
  }
});

describe('the bounds of what is held', () => {
  const read = (held: HeldProfiles, userIDs: readonly string[], updatedAt = new Date(0)): void => {
    for (const id of userIDs) held.share(toReadProfile({ id, updatedAt }), held.lookForNobody('whole'));
  };
  const findHeld = (held: HeldProfiles, userIDs: readonly string[]): string[] =>
    userIDs.filter((userID) => held.look([userID]).found.has(userID));
  const { bytes } = toReadProfile({ id: 'u0000' });
  const all = Array.from({ length: 1_000 }, (_, index) => `u${String(index).padStart(4, '0')}`);

  it.each([
    ['so many', { entries: 100, bytes: Infinity }],
    ['so many bytes', { entries: Infinity, bytes: 100 * bytes }],
  ])('let those go that were read longest ago, past %s', (_of, bounds) => {
    const held = new HeldProfiles(sqliteDialect, bounds);
    for (let time = 0; time < 2; time++) {
      read(held, all);
      expect(findHeld(held, all)).toEqual(all.slice(-100));
      // Who was dropped takes no room any more.
      held.dropAll();
      expect(findHeld(held, all)).toEqual([]);
    }
    read(held, all.slice(0, 100));
    held.drop('u0000');
    // One of which there is another version now was read last.
    read(held, ['u0001', 'u0100'], new Date(1));
    expect(findHeld(held, all)).toEqual(all.slice(1, 101));
    read(held, ['u0101']);
    expect(findHeld(held, all)).toEqual(['u0001', ...all.slice(3, 102)]);
  });

  it('keep nothing of anybody when users may have been deleted', async () => {
    const held = new HeldProfiles(sqliteDialect);
    const profiles = all.map((id) => {
      return new WeakRef(held.share(toReadProfile({ id }), held.lookForNobody('whole')));
    });
    held.dropAll();
    expect(findHeld(held, all)).toEqual([]);
    // What was looked at in a turn is there until its end.
    await setImmediate();
    collectGarbage();
    const left = profiles.filter((profile) => profile.deref() !== undefined);
    expect(left.length).toBeLessThan(10);
  });

  it('keep nothing of versions that are gone, also where nobody has to make room', async () => {
    const held = new HeldProfiles(sqliteDialect);
    const versions: WeakRef<RowProfile>[] = [];
    for (let version = 0; version < 100; version++) {
      for (const id of all.slice(0, 100)) {
        const profile = toReadProfile({ id, updatedAt: new Date(version) });
        versions.push(new WeakRef(held.share(profile, held.lookForNobody('whole'))));
      }
    }
    // What was looked at in a turn is there until its end.
    await setImmediate();
    collectGarbage();
    const left = versions.filter((version) => version.deref() !== undefined);
    expect(left.length).toBeLessThan(500);
    expect(findHeld(held, all)).toHaveLength(100);
  });
});
