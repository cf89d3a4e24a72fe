import { loadConfig, type Config } from '../src/config';
import { openServices, type Services } from '../src/services';
import { describeOnStores } from './support/stores';

const SECRET = 'a secret of at least thirty-two bytes';

describeOnStores('a stranger whom many look at', (store) => {
  const statements: string[] = [];
  const clock = { nowMs: Date.UTC(2026, 0, 1), now: (): number => clock.nowMs };
  const viewers = Array.from({ length: 200 }, (_, index) => `viewer${String(index)}`);
  let place: { config: Partial<Config>; drop(): Promise<void> };
  let services: Services;
  beforeAll(async () => {
    place = await store.create();
    const config = { ...loadConfig({ AMICUS_JWT_SECRET: SECRET, AMICUS_PORT: '0' }), ...place.config };
    services = await openServices(config, { clock, onStatement: (sql) => statements.push(sql) });
    for (const userID of ['they', 'other', 'v1', 'v2'])
      await services.users.register({ userID, isAdmin: false });
  });
  beforeEach(() => {
    statements.length = 0;
  });
  afterAll(async () => {
    await services.stop();
    await place.drop();
  });

  const look = async (viewerID: string, userID = 'they'): Promise<string | undefined> => {
    const { profiles } = services.createLoaders({ userID: viewerID, isAdmin: false });
    return (await profiles.load(userID))?.user.id;
  };

  it('is read once for all who ask in the same turn, and by nobody again for ten minutes', async () => {
    expect(new Set(await Promise.all(viewers.map((viewer) => look(viewer))))).toEqual(new Set(['they']));
    expect(statements).toHaveLength(1);
    clock.nowMs += 10 * 60_000 - 1;
    await Promise.all(viewers.map((viewer) => look(viewer)));
    expect(statements).toHaveLength(1);
    clock.nowMs += 1;
    await Promise.all(viewers.map((viewer) => look(viewer)));
    expect(statements).toHaveLength(2);
  });

  it('is given to each viewer among what that viewer asked for', async () => {
    const seen = await Promise.all([
      look('v1', 'other'),
      look('v2', 'other'),
      look('v1', 'nobody'),
      look('v2', 'nobody'),
      look('v2', 'v1'),
    ]);
    expect(seen).toEqual(['other', 'other', undefined, undefined, 'v1']);
    // Together who share somebody, and alone who does not.
    expect(statements).toHaveLength(2);
  });

  it('is read in several statements when the turn asks for too much', async () => {
    const loaders = ['v3', 'v4', 'v5'].map((userID) => services.createLoaders({ userID, isAdmin: false }));
    const ids = Array.from({ length: 2_400 }, (_, index) => `nobody${String(index)}`);
    await Promise.all(loaders.map(({ profiles }) => Promise.all(ids.map(async (id) => profiles.load(id)))));
    expect(statements).toHaveLength(2);
  });

  it('tells everybody when the store cannot be read', async () => {
    const asked = ['v6', 'v7'].map((viewer) => look(viewer));
    const results = Promise.allSettled(asked);
    await services.database.stop();
    expect((await results).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});
