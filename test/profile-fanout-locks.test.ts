import { setTimeout as delay } from 'node:timers/promises';
import { TestListener } from './support/listener';
import { act, createUsers, toIDs } from './support/people';
import { SeededStore } from './support/seeded-store';
import { TestServer } from './support/server';
import { openSideDoor, type SideDoor } from './support/side-door';
import { findPostgres, findStore } from './support/stores';

const SET_NICK = 'mutation ($nick: String!) { setSelfInfo(input: { nickName: $nick }) { id } }';
const ROUNDS = 5;

(findPostgres() === null ? describe.skip : describe)('telling owners of a profile on PostgreSQL', () => {
  const friends = toIDs(30, 'friend');
  let store: SeededStore;
  let server: TestServer;
  let sideDoor: SideDoor;
  /** In no transaction: within one, what others do is seen once and for all. */
  let watcher: SideDoor;
  beforeAll(async () => {
    store = new SeededStore(findStore('PostgreSQL'), [
      ['owner', 'star'],
      // Each has all the others.
      ...friends.flatMap((one, index) => friends.slice(index + 1).map((other) => [one, other] as const)),
    ]);
    server = await TestServer.start({ store });
    sideDoor = await openSideDoor(store.config);
    watcher = await openSideDoor(store.config);
  });
  afterAll(async () => {
    await sideDoor.close();
    await watcher.close();
    await server.stop();
  });

  const untilAllAreTold = async (): Promise<void> => {
    while ((await sideDoor.all('SELECT 1 FROM profile_fanout')).length > 0) await delay(20);
  };

  const WAITING = `SELECT 1 FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  /** Changes the star, and resolves when who tells of it waits for the owner's stream, until the side door commits. */
  const changeAndWait = async (nick: string): Promise<void> => {
    await server.call('star', '{ me { id } }');
    await sideDoor.run(`BEGIN; SELECT 1 FROM event_stream WHERE user_id = 'owner' FOR UPDATE`);
    await server.call('star', SET_NICK, { nick });
    while ((await watcher.all(WAITING)).length === 0) await delay(20);
  };

  it('holds up no further change of it while it waits for an owner, who hears of both at once', async () => {
    await changeAndWait('Nova');
    await server.call('star', SET_NICK, { nick: 'Supernova' });
    // It has not given up, which would have let the change through.
    expect(await watcher.all(WAITING)).toHaveLength(1);
    await sideDoor.run('COMMIT');
    await untilAllAreTold();
    expect(
      await sideDoor.all(
        `SELECT seq::int FROM event WHERE user_id = 'owner' AND type = 'FRIEND_INFO_CHANGED'`,
      ),
    ).toHaveLength(1);
  });

  it('tells also who has become an owner while it waited, when the profile changed once more since', async () => {
    await server.call('star', 'mutation { setSelfInfo(input: { allowType: ALLOW_ANY }) { id } }');
    await untilAllAreTold();
    const { listener } = await TestListener.open(server, 'fan');
    await changeAndWait('Nova');
    await act(server, 'fan', 'addFriend(input: { userID: "star" })');
    expect(await listener.next()).toMatchObject({ friends: [{ user: { nickName: 'Nova' } }] });
    await server.call('star', SET_NICK, { nick: 'Supernova' });
    await sideDoor.run('COMMIT');
    await untilAllAreTold();
    expect(await sideDoor.all(`SELECT type FROM event WHERE user_id = 'fan' ORDER BY seq`)).toEqual([
      { type: 'FRIEND_LIST_ADDED' },
      { type: 'FRIEND_INFO_CHANGED' },
    ]);
    await listener.stop();
  });

  it('tells nobody who was deleted while it waited, and comes and goes by that name', async () => {
    const aside = await openSideDoor(store.config);
    await changeAndWait('Nebula');
    await aside.run('BEGIN; LOCK TABLE profile_fanout IN EXCLUSIVE MODE');
    await sideDoor.run(`DELETE FROM friend WHERE owner_id = 'owner'; DELETE FROM event WHERE user_id = 'owner';
      DELETE FROM event_stream WHERE user_id = 'owner'; COMMIT`);
    // By now it holds whom it has found, and waits for the job.
    while ((await watcher.all(`${WAITING} AND wait_event = 'relation'`)).length === 0) await delay(20);
    await sideDoor.run(`BEGIN; INSERT INTO event_stream VALUES ('owner', 'another', 0, 0);
      INSERT INTO friend VALUES ('owner', 'star', '', '', '', '[]', 1); COMMIT`);
    await sideDoor.run(`BEGIN; SELECT 1 FROM event_stream WHERE user_id = 'owner' FOR UPDATE`);
    await aside.run('COMMIT');
    await aside.close();
    while ((await watcher.all(`${WAITING} AND wait_event <> 'relation'`)).length === 0) await delay(20);
    await sideDoor.run(`DELETE FROM friend WHERE owner_id = 'owner'; COMMIT`);
    await untilAllAreTold();
    expect(await sideDoor.all(`SELECT type FROM event WHERE user_id = 'owner'`)).toEqual([]);
  });

  it('and changing those of many friends again and again never wait for each other', async () => {
    for (let round = 0; round < ROUNDS; round++)
      await createUsers(server, friends, { nickName: `round ${round}` });
    await untilAllAreTold();
    // It counts what has been reported, by connections that are idle, too.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(
      await sideDoor.all('SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()'),
    ).toEqual([{ deadlocks: 0 }]);
  });
});
