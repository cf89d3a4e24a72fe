import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { Cable } from './support/cable';
import { act } from './support/people';
import { ADMIN, TestServer } from './support/server';
import { findPostgres, findStore, type Store } from './support/stores';

const USERS_INFO = 'query ($id: ID!) { usersInfo(userIDs: [$id]) { resultCode user { nickName } } }';

/** Of two servers the first one loses the answers to its commits, while hints get through. */
(findPostgres() === null ? describe.skip : describe)('a commit whose answer is lost', () => {
  let cable: Cable;
  let one: TestServer;
  let other: TestServer;
  let client: Client;
  let drop: () => Promise<void>;
  let isCommitLost = false;

  beforeAll(async () => {
    const place = await findStore('PostgreSQL').create();
    ({ drop } = place);
    const databaseUrl = place.config.databaseUrl ?? '';
    client = new Client({ connectionString: databaseUrl });
    await client.connect();
    const laid = await Cable.layToDatabase(databaseUrl);
    ({ cable } = laid);
    const toStore = (config: Awaited<ReturnType<Store['create']>>['config']): Store => ({
      name: 'one database',
      create: () => Promise.resolve({ config, drop: () => Promise.resolve() }),
    });
    one = await TestServer.start({
      store: toStore({ databaseUrl: laid.url, databaseDirectUrl: databaseUrl }),
      onStatement: (sql) => {
        if (sql === 'COMMIT' && isCommitLost) cable.stall();
      },
    });
    other = await TestServer.start({ store: toStore({ databaseUrl }) });
    // The first call of a user is a commit, too.
    for (const caller of ['me', ADMIN]) await one.call(caller, '{ me { id } }');
  });
  afterAll(async () => {
    await Promise.all([one.stop(), other.stop()]);
    await cable.remove();
    await client.end();
    await drop();
  });

  /** Has the first one make a change that is committed, and lose the answer to that. */
  async function loseAnswer(change: () => Promise<unknown>, isDone: string): Promise<void> {
    isCommitLost = true;
    const answered = change();
    while ((await client.query(isDone)).rowCount === 0) await delay(20);
    isCommitLost = false;
    cable.cut();
    await expect(answered).rejects.toThrow('it may or may not have been done');
  }

  const rename = (userID: string, nick: string): Promise<unknown> =>
    other.call(
      userID,
      `mutation { setSelfInfo(input: { nickName: "${nick}", allowType: ALLOW_ANY }) { id } }`,
    );
  async function look(server: TestServer, id: string): Promise<string> {
    const { usersInfo } = await server.call<{
      usersInfo: [{ resultCode: string; user: { nickName: string } | null }];
    }>('me', USERS_INFO, { id });
    return usersInfo[0].user?.nickName ?? usersInfo[0].resultCode;
  }

  it('leaves nobody with a copy of who has become a friend', async () => {
    await rename('they', 'old');
    for (const server of [one, other]) expect(await look(server, 'they')).toBe('old');
    await rename('they', 'new');
    for (const server of [one, other]) expect(await look(server, 'they')).toBe('old');
    await loseAnswer(
      () => act(one, 'me', 'addFriend(input: { userID: "they" })'),
      `SELECT 1 FROM friend WHERE owner_id = 'me' AND friend_id = 'they'`,
    );
    for (const server of [one, other]) while ((await look(server, 'they')) !== 'new') await delay(20);
  });

  it('leaves nobody with a copy of who was deleted', async () => {
    await rename('gone', 'here');
    for (const server of [one, other]) expect(await look(server, 'gone')).toBe('here');
    await loseAnswer(
      () => one.call(ADMIN, 'mutation { deleteUsers(userIDs: ["gone"]) { code } }'),
      `SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM "user" WHERE id = 'gone')`,
    );
    for (const server of [one, other])
      while ((await look(server, 'gone')) !== 'USER_NOT_FOUND') await delay(20);
  });

  it('and one whose answer comes late leaves nobody with a copy of who is a friend again', async () => {
    for (const id of ['back', 'mark']) await rename(id, 'old');
    expect(await act(one, 'me', 'addFriend(input: { userID: "back" })')).toBe('OK');
    expect(await look(one, 'mark')).toBe('old');
    isCommitLost = true;
    const deleted = act(one, 'me', 'deleteFromFriendList(userIDs: ["back"])');
    while (
      (await client.query(`SELECT 1 FROM friend WHERE friend_id = 'back' AND owner_id = 'me'`)).rowCount
    );
    isCommitLost = false;
    // It has heard of the first once its copy of the second is gone; what it asks the database then is held up, too.
    one.statements.length = 0;
    for (const id of ['back', 'mark']) await act(other, 'me', `addFriend(input: { userID: "${id}" })`);
    const asks = (): boolean => one.statements.some((sql) => sql.startsWith('SELECT EXISTS'));
    const looks: Promise<string>[] = [];
    while (!asks()) {
      looks.push(look(one, 'mark'));
      await new Promise(setImmediate);
    }
    await rename('back', 'new');
    cable.flow();
    await Promise.all(looks);
    expect(await deleted).toEqual(['OK']);
    expect(await look(one, 'back')).toBe('new');
  });
});
