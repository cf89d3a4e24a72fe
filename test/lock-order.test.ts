import { act, createUsers, importFriends, toCodes, toIDs } from './support/people';
import { runCommand } from './support/run-command';
import { SeededStore, toEnvironment } from './support/seeded-store';
import { ADMIN, TestServer } from './support/server';
import { openSideDoor, type SideDoor } from './support/side-door';
import { findPostgres, findStore } from './support/stores';

const DELETE = 'mutation ($ids: [ID!]!) { deleteUsers(userIDs: $ids) { resultCode } }';
const IMPORT = 'mutation ($users: [ImportUserInput!]!) { importUsers(users: $users) { resultCode } }';

const hold = (id: string): string => `SELECT 1 FROM event_stream WHERE user_id = '${id}' FOR UPDATE`;
const insertStream = (id: string): string => `INSERT INTO event_stream VALUES ('${id}', 'e${id}', 0, 0)`;
const insertUser = (id: string): string =>
  `INSERT INTO "user" SELECT '${id}', nick_name, face_url, self_signature, gender, birthday, allow_type,
    admin_forbid_type, role, level, custom_info, created_at, updated_at FROM "user" WHERE id = 'any'`;
const deleteUser = (id: string): string =>
  `DELETE FROM event WHERE user_id = '${id}'; DELETE FROM event_stream WHERE user_id = '${id}';
    DELETE FROM "user" WHERE id = '${id}'`;

/** Others take the part of transactions that hold what a call of the server needs, and need what it may hold. */
(findPostgres() === null ? describe.skip : describe)('on PostgreSQL, who waits', () => {
  let server: TestServer;
  let store: SeededStore;
  let one: SideDoor;
  let other: SideDoor;
  let third: SideDoor;
  /** In no transaction: within one, what others do is seen once and for all. */
  let watcher: SideDoor;
  beforeAll(async () => {
    store = new SeededStore(findStore('PostgreSQL'), [['any', 'body']]);
    server = await TestServer.start({ store });
    one = await openSideDoor(store.config);
    other = await openSideDoor(store.config);
    third = await openSideDoor(store.config);
    watcher = await openSideDoor(store.config);
  });
  afterAll(async () => {
    await one.close();
    await other.close();
    await third.close();
    await watcher.close();
    await server.stop();
  });

  const WAITING = `SELECT 1 FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  const untilOneWaits = async (): Promise<void> => {
    while ((await watcher.all(WAITING)).length === 0);
  };
  const untilBlockedBy = async (door: SideDoor): Promise<void> => {
    const [{ pid } = { pid: 0 }] = await door.all<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const blocked = `SELECT 1 FROM pg_stat_activity WHERE ${pid} = ANY (pg_blocking_pids(pid))`;
    while ((await watcher.all(blocked)).length === 0);
  };
  const codes = (field: string, answer: unknown): string[] =>
    (answer as Record<string, { resultCode: string }[]>)[field]?.map(({ resultCode }) => resultCode) ?? [];

  it('to delete a user holds nobody whom those wait for who met that user meanwhile', async () => {
    await createUsers(server, ['a1', 'v1']);
    await one.run(`BEGIN; ${hold('v1')}`);
    const deletion = server.call(ADMIN, DELETE, { ids: ['v1'] });
    await untilOneWaits();
    await other.run(`BEGIN; ${hold('a1')}`);
    await one.run(`INSERT INTO friend VALUES ('a1', 'v1', '', '', '', '[]', 1); COMMIT`);
    await untilOneWaits();
    await other.run(`${hold('v1')}; COMMIT`);
    expect(codes('deleteUsers', await deletion)).toEqual(['OK']);
    expect(await one.all(`SELECT type FROM event WHERE user_id = 'a1'`)).toEqual([
      { type: 'FRIEND_LIST_DELETED' },
    ]);
  });

  it('to delete a user holds those too who were asked by that user once', async () => {
    await createUsers(server, ['a2', 'b2']);
    await act(server, 'a2', 'addFriend(input: { userID: "b2" })');
    await act(server, 'b2', 'refuseFriendApplication(userID: "a2")');
    // As who deletes the other one does.
    await one.run(`BEGIN; ${hold('b2')}; UPDATE event SET payload = payload WHERE user_id = 'a2'`);
    const deletion = server.call(ADMIN, DELETE, { ids: ['a2'] });
    await untilOneWaits();
    await one.run(`DELETE FROM event WHERE user_id = 'b2'; COMMIT`);
    expect(codes('deleteUsers', await deletion)).toEqual(['OK']);
  });

  it('to delete a user does not wait for who was asked by that user and deleted before', async () => {
    await createUsers(server, ['a7', 'b7']);
    await act(server, 'a7', 'addFriend(input: { userID: "b7" })');
    expect(codes('deleteUsers', await server.call(ADMIN, DELETE, { ids: ['b7'] }))).toEqual(['OK']);
    server.statements.length = 0;
    expect(codes('deleteUsers', await server.call(ADMIN, DELETE, { ids: ['a7'] }))).toEqual(['OK']);
    expect(server.statements.filter((sql) => sql.startsWith('BEGIN'))).toHaveLength(1);
  });

  it('to delete users whom others meet again and again misses nobody who is deleted meanwhile', async () => {
    const met = toIDs(5, 'm8-');
    const last = met.at(-1) ?? '';
    await createUsers(server, ['v8', 'w8', ...met]);
    await other.run(`BEGIN; ${hold(last)}`);
    await one.run(`BEGIN; ${hold('w8')}`);
    const deletion = server.call(ADMIN, DELETE, { ids: ['v8', 'w8'] });
    for (const id of met) {
      await untilBlockedBy(one);
      // Next in turn, so that the deletion cannot begin anew before the other one is held again.
      const turn = id === last ? undefined : third.run(`BEGIN; ${hold('v8')}`);
      if (turn !== undefined) while ((await watcher.all(WAITING)).length < 2);
      await one.run(`INSERT INTO friend VALUES ('${id}', 'v8', '', '', '', '[]', 1); COMMIT`);
      if (turn === undefined) continue;
      await turn;
      await one.run(`BEGIN; ${hold('w8')}`);
      await third.run('COMMIT');
    }
    await untilBlockedBy(other);
    await other.run(`DELETE FROM friend WHERE owner_id = '${last}'; ${deleteUser(last)}; COMMIT`);
    expect(codes('deleteUsers', await deletion)).toEqual(['OK', 'OK']);
    expect(await one.all(`SELECT user_id FROM event WHERE user_id LIKE 'm8-%' ORDER BY user_id`)).toEqual(
      met.slice(0, -1).map((user_id) => ({ user_id })),
    );
  });

  it('for others who create a user holds nobody', async () => {
    await createUsers(server, ['a3']);
    await one.run(`BEGIN; ${insertUser('b3')}; ${insertStream('b3')}`);
    const imported = server.call(ADMIN, IMPORT, { users: [{ userID: 'a3' }, { userID: 'b3' }] });
    await untilOneWaits();
    await one.run(`${hold('a3')}; COMMIT`);
    expect(codes('importUsers', await imported)).toEqual(['OK', 'OK']);
  });

  it('while others create and delete a user imports that user', async () => {
    await createUsers(server, ['a4']);
    await one.run(`BEGIN; ${hold('a4')}`);
    const imported = server.call(ADMIN, IMPORT, {
      users: [{ userID: 'a4' }, { userID: 'b4', nickName: 'B' }],
    });
    await untilOneWaits();
    // They wait in their turn if the user is the import's already.
    await other.run(`SET lock_timeout = 100; BEGIN; ${insertUser('b4')}; ${insertStream('b4')}; COMMIT`).then(
      async () => {
        await other.run(`BEGIN; ${hold('b4')}`);
        await one.run('COMMIT');
        await untilOneWaits();
        await other.run(`${deleteUser('b4')}; COMMIT`);
      },
      async () => {
        await other.run('ROLLBACK');
        await one.run('COMMIT');
      },
    );
    expect(codes('importUsers', await imported)).toEqual(['OK', 'OK']);
    expect(await one.all(`SELECT nick_name FROM "user" WHERE id = 'b4'`)).toEqual([{ nick_name: 'B' }]);
  });

  it('while others delete a user of an edge that is imported creates that user anew', async () => {
    await createUsers(server, ['a5', 'b5']);
    await one.run(`BEGIN; ${hold('a5')}`);
    const imported = runCommand(['import', '--edges', '-'], toEnvironment(store.config), 'a5 b5\n');
    await untilOneWaits();
    await one.run(`${deleteUser('b5')}; COMMIT`);
    expect(await imported).toMatchObject({
      exitCode: 0,
      stdout: 'imported 1 friendship: 1 user created, 0 friendships already there, 0 lines skipped\n',
    });
  });

  it('while others change a profile that is imported refuses what there is no room for any more', async () => {
    await createUsers(server, ['a9']);
    const fields = Array.from('abcdefghijklmnopqrst', (key) => ({ key, value: 'full' }));
    await one.run(`BEGIN; ${hold('a9')}`);
    const users = [{ userID: 'a9', customInfo: [{ key: 'u', value: 'more' }] }, { userID: 'b9' }];
    const lines = users.map((user) => `${JSON.stringify(user)}\n`).join('');
    const imported = runCommand(['import', '--users', '-'], toEnvironment(store.config), lines);
    await untilOneWaits();
    await one.run(`UPDATE "user" SET custom_info = '${JSON.stringify(fields)}' WHERE id = 'a9'; COMMIT`);
    expect(await imported).toEqual({
      exitCode: 0,
      stdout: 'imported 1 user: 1 created, 0 updated, 0 unchanged, 1 line skipped\n',
      stderr: 'stdin:1: There would be 21 custom fields, the limit is 20.\nstdin: 2 lines\n',
    });
  });

  it('while its caller is deleted and comes back holds nobody whom others ask for first', async () => {
    await createUsers(server, ['a6', 'v6']);
    await one.run(`BEGIN; ${hold('v6')}`);
    await other.run(`BEGIN; ${hold('a6')}`);
    const added = server.call('a6', 'mutation { addFriend(input: { userID: "v6" }) { resultCode } }');
    await untilOneWaits();
    await other.run(`${deleteUser('a6')}; COMMIT`);
    await other.run(`BEGIN; ${insertUser('a6')}; ${insertStream('a6')}; COMMIT; BEGIN; ${hold('a6')}`);
    await untilOneWaits();
    await one.run('COMMIT');
    await untilOneWaits();
    await other.run(`${hold('v6')}; COMMIT`);
    expect(await added).toMatchObject({ addFriend: { resultCode: 'PENDING' } });
  });

  it('who was deleted does nothing any more, whoever comes back by that name meanwhile', async () => {
    await createUsers(server, ['v10', 'w10']);
    await server.call('v10', '{ me { id } }');
    // As another server does of which this one does not hear.
    await one.run(deleteUser('v10'));
    const comeBack = async (table: string, rows: string, call: string): Promise<unknown> => {
      await one.run(`BEGIN; LOCK TABLE ${table} IN SHARE MODE`);
      const answer = server.send('v10', `mutation { ${call} { resultCode } }`);
      const over = answer.then(() => true);
      const isWaiting = async (): Promise<boolean> => (await watcher.all(WAITING)).length > 0;
      while (!(await Promise.race([over, isWaiting()])));
      await one.run(`${insertUser('v10')}; ${insertStream('v10')}; ${rows}; COMMIT`);
      const { errors } = await answer;
      await one.run(`DELETE FROM ${table}; ${deleteUser('v10')}`);
      return errors?.[0]?.extensions['code'];
    };
    const groups = `INSERT INTO friend_group SELECT 'v10', 'g' || n, 1 FROM generate_series(1, 32) AS n`;
    expect(await comeBack('friend_group', groups, 'createFriendGroup(name: "x")')).toBe('FORBIDDEN');
    const blocks = `INSERT INTO block SELECT 'v10', 'b' || n, 1 FROM generate_series(1, 1000) AS n`;
    expect(await comeBack('block', blocks, 'addToBlockList(userIDs: ["w10"])')).toBe('FORBIDDEN');
  });

  it('to write a remark keeps what others write on the same friend meanwhile', async () => {
    await createUsers(server, ['a11', 'b11']);
    await one.run(`INSERT INTO friend VALUES ('a11', 'b11', '', '', '', '[]', 1); BEGIN; ${hold('a11')}`);
    const written = act(server, 'a11', 'setFriendInfo(input: { userID: "b11", friendRemark: "mine" })');
    await untilOneWaits();
    const theirs = JSON.stringify([{ key: 'k', value: 'theirs' }]);
    await one.run(`UPDATE friend SET custom_info = '${theirs}' WHERE owner_id = 'a11'; COMMIT`);
    expect(await written).toBe('OK');
    expect(await one.all(`SELECT remark, custom_info FROM friend WHERE owner_id = 'a11'`)).toEqual([
      { remark: 'mine', custom_info: theirs },
    ]);
  });

  it('to change a profile keeps what others change of it meanwhile', async () => {
    await createUsers(server, ['a13']);
    await one.run(`BEGIN; ${hold('a13')}`);
    const changed = server.call('a13', 'mutation { setSelfInfo(input: { level: 9 }) { nickName level } }');
    await untilOneWaits();
    await one.run(`UPDATE "user" SET nick_name = 'theirs' WHERE id = 'a13'; COMMIT`);
    expect(await changed).toEqual({ setSelfInfo: { nickName: 'theirs', level: 9 } });
  });

  it('to mark requests as read counts those that have come meanwhile', async () => {
    await createUsers(server, ['a14', 'b14']);
    await act(server, 'b14', 'addFriend(input: { userID: "a14" })');
    await one.run(`BEGIN; ${hold('a14')}`);
    const marked = server.call('a14', 'mutation { setFriendApplicationRead(userIDs: ["b14"]) }');
    await untilOneWaits();
    await one.run(`INSERT INTO friend_application
      (owner_id, peer_id, type, add_source, add_wording, friend_remark, friend_group, created_at)
      VALUES ('a14', 'c14', 'COME_IN', '', '', '', '', 1); COMMIT`);
    expect(await marked).toEqual({ setFriendApplicationRead: 1 });
  });

  it('to add a friend finds nobody who was created when all were held already', async () => {
    await createUsers(server, ['a15']);
    await one.run('BEGIN; LOCK TABLE block IN ACCESS EXCLUSIVE MODE');
    const added = act(server, 'a15', 'addFriend(input: { userID: "b15" })');
    await untilOneWaits();
    await one.run(`${insertUser('b15')}; ${insertStream('b15')}; COMMIT`);
    expect(await added).toBe('USER_NOT_FOUND');
  });

  it('to import a list finds no owner who was created when all were held already', async () => {
    await createUsers(server, ['b16']);
    await one.run('BEGIN; LOCK TABLE block IN ACCESS EXCLUSIVE MODE');
    const imported = importFriends(server, 'a16', [{ userID: 'b16' }]);
    await untilOneWaits();
    await one.run(`${insertUser('a16')}; ${insertStream('a16')}; COMMIT`);
    expect(toCodes(await imported)).toEqual(['USER_NOT_FOUND']);
  });

  it('to delete users leaves one who was created when all were held already', async () => {
    await createUsers(server, ['a17']);
    await one.run('BEGIN; LOCK TABLE "user" IN ACCESS EXCLUSIVE MODE');
    const deleted = server.call(ADMIN, DELETE, { ids: ['a17', 'b17'] });
    await untilOneWaits();
    await one.run(`${insertUser('b17')}; ${insertStream('b17')}; COMMIT`);
    expect(codes('deleteUsers', await deleted)).toEqual(['OK', 'USER_NOT_FOUND']);
    expect(await one.all(`SELECT id FROM "user" WHERE id IN ('a17', 'b17')`)).toEqual([{ id: 'b17' }]);
  });

  it('to import a friend is refused when the friend has blocked the owner meanwhile', async () => {
    await createUsers(server, ['a12', 'b12']);
    await one.run(`BEGIN; ${hold('b12')}`);
    const imported = server.call(
      ADMIN,
      'mutation { importFriends(userID: "a12", friends: [{ userID: "b12" }]) { resultCode } }',
    );
    const over = imported.then(() => true);
    const isWaiting = async (): Promise<boolean> => (await watcher.all(WAITING)).length > 0;
    while (!(await Promise.race([over, isWaiting()])));
    await one.run(`INSERT INTO block VALUES ('b12', 'a12', 1); COMMIT`);
    expect(codes('importFriends', await imported)).toEqual(['BLOCKED_BY_PEER']);
  });

  it('to give all streams a new epoch holds nobody behind the one it waits for', async () => {
    // In the table, those behind it in order come first.
    await createUsers(server, ['z9']);
    await createUsers(server, ['a9']);
    await one.run(`BEGIN; ${hold('a9')}`);
    const renewal = runCommand(['new-epoch'], toEnvironment(store.config));
    await untilBlockedBy(one);
    await one.run(`SELECT 1 FROM event_stream WHERE user_id > 'a9' FOR UPDATE NOWAIT; COMMIT`);
    expect(await renewal).toMatchObject({ exitCode: 0 });
  });

  it('never waited for somebody who waited in turn', async () => {
    // It counts what has been reported, by connections that are idle, too.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(
      await one.all('SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()'),
    ).toEqual([{ deadlocks: 0 }]);
  });
});
