import { setImmediate } from 'node:timers/promises';
import { loadConfig, type Config } from '../src/config';
import { openServices, type Services } from '../src/services';
import type { Viewer } from '../src/users/viewer';
import type { ProfileLoader, ReadProfile } from '../src/users/user.loaders';
import { toReadProfile } from './support/profiles';
import { describeOnStores } from './support/stores';

const SECRET = 'a secret of at least thirty-two bytes';

/** Profiles that come with the rows of something else, and by themselves, in one request. */
describeOnStores('one request sees a user in one version', (store) => {
  const clock = { nowMs: Date.UTC(2026, 0, 1), now: (): number => clock.nowMs };
  let place: { config: Partial<Config>; drop(): Promise<void> };
  let services: Services;
  let profiles: ProfileLoader;
  let viewerID = '';
  beforeAll(async () => {
    place = await store.create();
    const config = { ...loadConfig({ AMICUS_JWT_SECRET: SECRET, AMICUS_PORT: '0' }), ...place.config };
    services = await openServices(config, { clock });
    await services.users.register({ userID: 'they', isAdmin: false });
  });
  let round = 0;
  beforeEach(() => {
    viewerID = `viewer${String(round++)}`;
    profiles = begin();
  });
  afterAll(async () => {
    await services.stop();
    await place.drop();
  });

  const begin = (): ProfileLoader => services.createLoaders({ userID: viewerID, isAdmin: false }).profiles;
  const toRow = (userID: string, nickName: string, isFriend: boolean): ReadProfile => ({
    userID,
    isFriend,
    user: toReadProfile({ id: userID, nickName }),
  });
  const take = (row: ReadProfile): void => {
    profiles.beginRead('anybody')?.(row);
  };
  const nick = async (): Promise<string | undefined> => (await profiles.load('they'))?.user.nickName;

  it.each([true, false])('that of a row, when it comes first (a friend: %s)', async (isFriend) => {
    take(toRow('they', 'row', isFriend));
    take(toRow('they', 'later row', isFriend));
    expect(await nick()).toBe('row');
    profiles = begin();
    // What another request has read of a friend is nothing to this one; of a stranger it is the copy.
    expect(await nick()).toBe(isFriend ? '' : 'row');
  });

  it('that which is being read when the row comes, and has been read', async () => {
    const reading = nick();
    take(toRow('they', 'row', true));
    expect(await reading).toBe('');
    take(toRow('they', 'row', true));
    expect(await nick()).toBe('');
  });

  it('that which is being read, whatever copy another request has kept meanwhile', async () => {
    const reading = nick();
    begin().beginRead('anybody')?.(toRow('they', 'copy', false));
    expect(await nick()).toBe('');
    expect(await reading).toBe('');
  });

  it('the copy of a stranger, as old as the beginning of its read', async () => {
    const [startMs, take] = [clock.nowMs, profiles.beginRead('anybody')];
    clock.nowMs += 1_000;
    take?.(toRow('they', 'row', false));
    expect((await begin().load('they'))?.fetchedAt).toEqual(new Date(startMs));
  });

  it('the copy of a stranger, while it is fresh', async () => {
    take(toRow('they', 'copy', false));
    clock.nowMs += 10 * 60_000 - 1;
    profiles = begin();
    take(toRow('they', 'row', false));
    expect(await nick()).toBe('copy');
    clock.nowMs += 1;
    profiles = begin();
    take(toRow('they', 'row', false));
    expect(await nick()).toBe('row');
  });

  it('the row of a friend, and of oneself, whatever copy there is', async () => {
    take(toRow('they', 'copy', false));
    profiles = begin();
    take(toRow('they', 'row', true));
    expect(await nick()).toBe('row');
    profiles = begin();
    expect(await nick()).toBe('');
    take(toRow(viewerID, 'me', false));
    profiles = begin();
    expect(await profiles.load(viewerID)).toBeNull();
  });

  it('no user, where the row had none', async () => {
    take({ userID: 'they', user: null, isFriend: true });
    expect(await nick()).toBeUndefined();
    profiles = begin();
    expect(await nick()).toBe('');
  });

  it('a row that was read before the two became friends is not kept', async () => {
    await services.users.register({ userID: viewerID, isAdmin: false });
    const early = profiles.beginRead('anybody');
    await services.friends.importFriends({ userID: 'admin', isAdmin: true }, viewerID, [{ userID: 'they' }]);
    early?.(toRow('they', 'early', false));
    profiles = begin();
    expect(await nick()).toBe('');
  });

  it('a user who was asked for before the two became friends is not kept; the read is as old as its beginning', async () => {
    const startMs = clock.nowMs;
    const reading = profiles.load('they');
    // Asked for in the turn after this one.
    await setImmediate();
    clock.nowMs += 1_000;
    services.sources.strangers.drop(viewerID, 'they');
    expect((await reading)?.fetchedAt).toEqual(new Date(startMs));
    expect(services.sources.strangers.find(viewerID, 'they')).toBeNull();
  });

  it('nobody has a copy of oneself', async () => {
    await services.users.register({ userID: viewerID, isAdmin: false });
    take(toRow(viewerID, 'row', false));
    profiles = begin();
    expect((await profiles.load(viewerID))?.user.id).toBe(viewerID);
    expect(services.sources.strangers.find(viewerID, viewerID)).toBeNull();
  });

  it('and so do all who see that version, with one object', async () => {
    const see = async (viewer: string): Promise<unknown> => {
      viewerID = viewer;
      return (await begin().load('star'))?.user;
    };
    const admin = { userID: 'admin', isAdmin: true };
    const self = (userID: string): Viewer => ({ userID, isAdmin: false });
    for (const userID of ['star', 'parted']) await services.users.register(self(userID));
    await services.friends.importFriends(admin, 'parted', [{ userID: 'star' }]);
    await services.friends.remove(self('parted'), ['star'], 'SINGLE');
    const before = await see('early');
    // Kept when they parted, before anybody else had read it.
    expect(await see('parted')).toBe(before);
    const { bytes } = services.sources.strangers.stats;
    expect(await see('late')).toBe(before);
    expect(services.sources.strangers.stats.bytes - bytes).toBeLessThan(600);

    await services.users.setSelfInfo(self('star'), { nickName: 'anew' });
    const after = await see('newcomer');
    expect(after).not.toBe(before);
    expect(await see('another')).toBe(after);
    expect(await see('late')).toBe(before);
  });
});
