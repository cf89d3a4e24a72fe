import { createUsers, toIDs } from './support/people';
import { SeededStore } from './support/seeded-store';
import { TestServer } from './support/server';
import { openSideDoor, type SideDoor } from './support/side-door';
import { findPostgres, findStore } from './support/stores';

const SET_NICK = 'mutation ($nick: String!) { setSelfInfo(input: { nickName: $nick }) { id } }';
const ROUNDS = 5;

(findPostgres() === null ? describe.skip : describe)('telling owners of a profile on PostgreSQL', () => {
  const friends = toIDs(30, 'friend');
  let server: TestServer;
  let sideDoor: SideDoor;
  beforeAll(async () => {
    const store = new SeededStore(findStore('PostgreSQL'), [
      ['owner', 'star'],
      // Each has all the others.
      ...friends.flatMap((one, index) => friends.slice(index + 1).map((other) => [one, other] as const)),
    ]);
    server = await TestServer.start({ store });
    sideDoor = await openSideDoor(store.config);
  });
  afterAll(async () => {
    await sideDoor.close();
    await server.stop();
  });

  const untilAllAreTold = async (): Promise<void> => {
    while ((await sideDoor.all('SELECT 1 FROM profile_fanout')).length > 0);
  };

  it('holds up no further change of it while it waits for an owner, who hears of both at once', async () => {
    await server.call('star', '{ me { id } }');
    await sideDoor.run(`BEGIN; SELECT 1 FROM event_stream WHERE user_id = 'owner' FOR UPDATE`);
    await server.call('star', SET_NICK, { nick: 'Nova' });
    const waiting = `SELECT 1 FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    while ((await sideDoor.all(waiting)).length === 0);
    await server.call('star', SET_NICK, { nick: 'Supernova' });
    // It has not given up, which would have let the change through.
    expect(await sideDoor.all(waiting)).toHaveLength(1);
    await sideDoor.run('COMMIT');
    await untilAllAreTold();
    expect(
      await sideDoor.all(
        `SELECT seq::int FROM event WHERE user_id = 'owner' AND type = 'FRIEND_INFO_CHANGED'`,
      ),
    ).toHaveLength(1);
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
