import { loadConfig, type Config } from '../src/config';
import { openServices, type Services } from '../src/services';
import { EMPTY_PROFILE, type Profile } from '../src/users/profile';
import type { ProfileLoader } from '../src/users/user.loaders';
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
  const toRow = (userID: string, nickName: string, isFriend: boolean) => ({
    userID,
    isFriend,
    user: { ...EMPTY_PROFILE, id: userID, nickName, createdAt: new Date(0), updatedAt: new Date(0) },
  });
  const take = (row: { userID: string; user: Profile | null; isFriend: boolean }): void => {
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
});
