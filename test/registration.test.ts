import { loadConfig, type Config } from '../src/config';
import { openServices, type Services } from '../src/services';
import { describeOnStores } from './support/stores';

describeOnStores('who was found registered', (store) => {
  const ann = { userID: 'ann', isAdmin: false };
  const statements: string[] = [];
  let place: { config: Partial<Config>; drop(): Promise<void> };
  let services: Services;
  beforeAll(async () => {
    place = await store.create();
    const env = { AMICUS_JWT_SECRET: 'a secret of at least thirty-two bytes', AMICUS_PORT: '0' };
    const config = { ...loadConfig(env), ...place.config };
    services = await openServices(config, { onStatement: (sql) => statements.push(sql) });
    await services.users.register(ann);
  });
  afterAll(async () => {
    await services.stop();
    await place.drop();
  });

  const countLooks = async (): Promise<number> => {
    statements.length = 0;
    await services.users.register(ann);
    return statements.filter((sql) => sql.includes('FROM "user"')).length;
  };

  it('is not looked up again', async () => {
    expect(await countLooks()).toBe(0);
  });

  it.each(['forget', 'forgetAll'] as const)(
    'is looked up again when the user may have been deleted meanwhile: %s',
    async (way) => {
      services.users.forgetAll();
      const looking = services.users.register(ann);
      services.users[way]('ann');
      await looking;
      expect(await countLooks()).toBe(1);
      expect(await countLooks()).toBe(0);
    },
  );
});
