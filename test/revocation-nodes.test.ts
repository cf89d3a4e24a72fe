import { setTimeout as delay } from 'node:timers/promises';
import { Cable } from './support/cable';
import { enterByHttp } from './support/doors';
import { TestServer } from './support/server';
import { openSideDoor, type SideDoor } from './support/side-door';
import { findPostgres, findStore } from './support/stores';
import { signClaims, TOKEN_SECRET } from './support/tokens';

/** Others take the part of servers that revoke tokens in the same PostgreSQL database, while one reads what is revoked. */
(findPostgres() === null ? describe.skip : describe)('a token that others revoke and restore', () => {
  let cable: Cable;
  let server: TestServer;
  let sideDoor: SideDoor;
  let drop: () => Promise<void>;
  let isHeldUp = false;
  let onHeldUp: () => void;
  const heldUp = new Promise<void>((resolve) => {
    onHeldUp = resolve;
  });
  beforeAll(async () => {
    const place = await findStore('PostgreSQL').create();
    ({ drop } = place);
    const laid = await Cable.layToDatabase(place.config.databaseUrl ?? '');
    ({ cable } = laid);
    sideDoor = await openSideDoor(place.config);
    server = await TestServer.start({
      store: {
        name: 'PostgreSQL',
        create: () =>
          Promise.resolve({
            config: {
              ...place.config,
              databaseUrl: laid.url,
              databaseDirectUrl: place.config.databaseUrl ?? '',
            },
            drop: () => Promise.resolve(),
          }),
      },
      config: { jwtSecret: TOKEN_SECRET },
      onStatement: (sql) => {
        if (!isHeldUp || !sql.startsWith('SELECT subject')) return;
        isHeldUp = false;
        cable.swallow();
        onHeldUp();
      },
    });
  });
  afterAll(async () => {
    await server.stop();
    await sideDoor.close();
    await cable.remove();
    await drop();
  });

  const revoke = (id: string): Promise<void> =>
    sideDoor.run(`INSERT INTO revocation VALUES ('${id}', 'TOKEN', '${id}', 1)`);

  /** At a pace that no rate is used up by, which would refuse, too. */
  const untilGood = async (token: string, isGood: boolean): Promise<void> => {
    while (!(await enterByHttp(server, token)).startsWith(isGood ? 'ann' : 'UNAUTHENTICATED'))
      await delay(50);
  };

  it('is good again, also when that was as it was read', async () => {
    const token = await signClaims({ sub: 'ann', jti: 'one' });
    expect(await enterByHttp(server, token)).toBe('ann');
    isHeldUp = true;
    await revoke('another');
    await heldUp;
    await revoke('one');
    cable.flow();
    await untilGood(token, false);
    await sideDoor.run(`DELETE FROM revocation WHERE id = 'one'`);
    await untilGood(token, true);
  }, 30_000);

  it('is good again, also when another one is revoked in its place in the same moment', async () => {
    const token = await signClaims({ sub: 'ann', jti: 'first' });
    await revoke('first');
    await untilGood(token, false);
    await sideDoor.run(`UPDATE revocation SET subject = 'second', id = 'second' WHERE id = 'first'`);
    // Well before everything is read anyhow, once a minute.
    await untilGood(token, true);
  }, 20_000);
});
