import { toIDs } from './support/people';
import { SeededStore } from './support/seeded-store';
import { TestServer } from './support/server';
import { openSideDoor } from './support/side-door';
import { findPostgres, findStore } from './support/stores';

const SET_NICK = 'mutation ($nick: String!) { setSelfInfo(input: { nickName: $nick }) { id } }';
/** A whole batch of the job. */
const OWNERS = 3_000;

(findPostgres() === null ? test.skip : test)(
  'an owner who enters while a batch waits for its streams takes nobody else out of it',
  async () => {
    const owners = toIDs(OWNERS, 'owner');
    const store = new SeededStore(
      findStore('PostgreSQL'),
      owners.map((owner) => [owner, 'star']),
    );
    const server = await TestServer.start({ store });
    const sideDoor = await openSideDoor(store.config);
    try {
      await server.call('star', '{ me { id } }');
      await sideDoor.run(`BEGIN; SELECT user_id FROM event_stream WHERE user_id = '${owners[0]}' FOR UPDATE`);
      await sideDoor.run(
        `INSERT INTO friend SELECT 'first', friend_id, remark, add_source, add_wording, custom_info, created_at
          FROM friend WHERE owner_id = '${owners[0]}'`,
      );
      server.statements.length = 0;
      await server.call('star', SET_NICK, { nick: 'Nova' });
      // The change itself locks a stream, too; the job does once it has read who is to be told.
      const isWaiting = () => {
        const batch = server.statements.findIndex((sql) => sql.includes('AS batch'));
        return batch >= 0 && server.statements.slice(batch).some((sql) => sql.includes('FOR UPDATE'));
      };
      while (!isWaiting()) await server.call('nobody', '{ me { id } }');
      await sideDoor.run('COMMIT');
      const load = async (sql: string): Promise<string[]> =>
        (await sideDoor.all<{ user_id: string }>(sql)).map((row) => row.user_id);
      while ((await load('SELECT user_id FROM profile_fanout')).length > 0);
      const told = await load(
        `SELECT user_id FROM event WHERE type = 'FRIEND_INFO_CHANGED' ORDER BY user_id`,
      );
      expect(told).toEqual(owners);
    } finally {
      await sideDoor.close();
      await server.stop();
    }
  },
  60_000,
);
