import type { OpenAct } from '../src/audit/act';
import { ActsUnderWay } from '../src/audit/acts-under-way';
import { createSchema } from '../src/graphql/schema';
import { loadAll, loadPage, type PagedList } from './support/pages';
import { act, createUsers, importFriends } from './support/people';
import { RawSocket } from './support/raw-socket';
import { ADMIN, TestServer, type Caller } from './support/server';
import { describeOnStores, type Store } from './support/stores';

const DAY_MS = 86_400_000;
const ENTRY = 'actorID actAs operation targets outcomes';
const toList = (userID?: string): PagedList => ({
  field: 'auditLog',
  node: ENTRY,
  ...(userID !== undefined && { args: `userID: "${userID}",` }),
});
const SET_NICK = 'mutation ($nick: String!) { setSelfInfo(input: { nickName: $nick }) { id } }';

async function loadLog(server: TestServer, userID?: string): Promise<unknown[]> {
  return (await loadAll(server, ADMIN, toList(userID), 50)).map(({ node }) => node);
}

describeOnStores('the audit log', (store) => {
  const clock = { nowMs: Date.now(), now: (): number => clock.nowMs };
  let server: TestServer;
  let broken: string | null = null;
  const onStatement = (sql: string): void => {
    if (broken !== null && sql.includes(broken)) throw new Error('broken by the test');
  };
  const asBob: Caller = { ...ADMIN, actAs: 'bob' };
  beforeEach(async () => {
    broken = null;
    server = await TestServer.start({ store, clock, onStatement });
  });
  afterEach(() => server.stop());

  it('has every mutation that is for administrators, newest first, with ids and without contents', async () => {
    const calls: [call: string, targets: string[], outcomes: string[]][] = [
      [
        'importUsers(users: [{ userID: "ann", nickName: "MARK" }, { userID: "a b" }]) { code }',
        ['ann'],
        ['INVALID_PARAMETERS', 'OK'],
      ],
      [
        'importFriends(userID: "ann", friends: [{ userID: "bob", friendRemark: "MARK" }]) { code resultCode }',
        ['ann', 'bob'],
        ['USER_NOT_FOUND'],
      ],
      ['revokeTokens(input: { tokenID: "jti 1" }) { id }', ['jti 1'], ['OK']],
      ['restoreTokens(input: { userID: "ann" }) { id }', ['ann'], ['OK']],
      ['deleteUsers(userIDs: ["ann", "ann", "bob"]) { code }', ['ann', 'bob'], ['OK', 'USER_NOT_FOUND']],
      ['revokeTokens(input: {}) { id }', [], ['BAD_USER_INPUT']],
      // Too long for an id: a token itself, it may be.
      [`revokeTokens(input: { tokenID: "${'t'.repeat(513)}" }) { id }`, [], ['BAD_USER_INPUT']],
    ];
    for (const [call] of calls) {
      clock.nowMs += 1;
      await server.send(ADMIN, `mutation { ${call} }`);
    }
    const toOperation = (call: string): string => call.split('(')[0] ?? '';
    expect(await loadLog(server)).toEqual(
      calls.toReversed().map(([call, targets, outcomes]) => {
        return { actorID: 'admin', actAs: null, operation: toOperation(call), targets, outcomes };
      }),
    );
    const mutations = Object.values(createSchema([]).getMutationType()?.getFields() ?? {});
    const forAdmins = mutations.filter(({ description }) => description?.startsWith('Administrators only.'));
    expect(new Set(calls.map(([call]) => toOperation(call)))).toEqual(
      new Set(forAdmins.map(({ name }) => name)),
    );
    expect(JSON.stringify(await loadLog(server))).not.toContain('MARK');
  });

  it('has every mutation in the name of another user, by either door, and nothing else', async () => {
    await server.call('bob', SET_NICK, { nick: 'Bob' });
    await server.call(ADMIN, SET_NICK, { nick: 'Admin' });
    await server.call({ ...ADMIN, actAs: 'admin' }, SET_NICK, { nick: 'Admin' });
    await server.send({ userID: 'mallory', actAs: 'bob' }, SET_NICK, { nick: 'owned' });
    await server.send('mallory', 'mutation { deleteUsers(userIDs: ["bob"]) { code } }');
    expect(await loadLog(server)).toEqual([]);

    await server.call(
      asBob,
      `mutation { a: addToBlockList(userIDs: ["eve"]) { code } b: setSelfInfo(input: { nickName: "MARK" }) { id } }`,
    );
    const socket = await RawSocket.initAs(server, asBob);
    clock.nowMs += 1;
    socket.subscribe('1', 'mutation { deleteFriendGroups(names: ["MARK"]) }');
    await socket.next();
    await socket.close();
    const entry = { actorID: 'admin', actAs: 'bob', targets: [] };
    const log = await loadLog(server);
    expect(log[0]).toEqual({ ...entry, operation: 'deleteFriendGroups', outcomes: ['OK'] });
    expect(log).toHaveLength(3);
    expect(log).toContainEqual({ ...entry, operation: 'setSelfInfo', outcomes: ['OK'] });
    const outcomes = ['USER_NOT_FOUND'];
    expect(log).toContainEqual({ ...entry, operation: 'addToBlockList', targets: ['eve'], outcomes });
  });

  it('is found by who acted, in whose name, and on whom', async () => {
    await createUsers(server, ['ann', 'bob', 'eve']);
    await server.call(asBob, 'mutation { addToBlockList(userIDs: ["eve"]) { code } }');
    await server.call(
      { userID: 'boss', isAdmin: true },
      'mutation { deleteUsers(userIDs: ["ann"]) { code } }',
    );
    const operations = async (userID: string): Promise<unknown[]> =>
      (await loadAll(server, ADMIN, { ...toList(userID), node: 'operation' }, 1)).map(({ node }) => node);
    const [imported, blocked, deleted] = ['importUsers', 'addToBlockList', 'deleteUsers'].map((operation) => {
      return { operation };
    });
    expect((await operations('eve')).sort(byText)).toEqual([blocked, imported].sort(byText));
    expect((await operations('bob')).sort(byText)).toEqual([blocked, imported].sort(byText));
    expect((await operations('ann')).sort(byText)).toEqual([deleted, imported].sort(byText));
    expect(await operations('boss')).toEqual([deleted]);
    expect(await operations('nobody')).toEqual([]);
    expect((await loadPage(server, ADMIN, toList('admin'))).totalCount).toBe(2);
    // Of all users, one by one.
    expect(await loadAll(server, ADMIN, toList(), 1)).toHaveLength(3);
  });

  it.each(['INSERT INTO audit ', 'INSERT INTO audit_subject '])(
    'loses no act: when %s fails, nothing is changed',
    async (statement) => {
      await createUsers(server, ['bob']);
      const before = await loadLog(server);
      broken = statement;
      for (const call of [
        'deleteUsers(userIDs: ["bob"]) { code }',
        'importUsers(users: [{ userID: "new" }]) { code }',
      ]) {
        expect(await server.send(ADMIN, `mutation { ${call} }`)).toMatchObject({
          errors: [{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
        });
      }
      expect((await server.send(asBob, SET_NICK, { nick: 'changed' })).errors).toHaveLength(1);
      broken = null;
      expect(
        await server.call('bob', '{ me { nickName } usersInfo(userIDs: ["new"]) { resultCode } }'),
      ).toEqual({ me: { nickName: '' }, usersInfo: [{ resultCode: 'USER_NOT_FOUND' }] });
      expect(await loadLog(server)).toEqual(before);
    },
  );

  it('has an act that failed, with the code of its error', async () => {
    await server.call('bob', '{ me { id } }');
    broken = 'UPDATE "user"';
    await server.send(asBob, SET_NICK, { nick: 'x' });
    broken = null;
    clock.nowMs += 1;
    await server.send(asBob, SET_NICK, { nick: 'x'.repeat(501) });
    expect(await loadLog(server)).toMatchObject([
      { operation: 'setSelfInfo', actAs: 'bob', outcomes: ['BAD_USER_INPUT'] },
      { operation: 'setSelfInfo', actAs: 'bob', outcomes: ['INTERNAL_SERVER_ERROR'] },
    ]);
  });

  it('has an act that was done, and its caller hears so, when the results of each user cannot be written', async () => {
    await createUsers(server, ['bob']);
    broken = 'UPDATE audit ';
    expect(await act(server, ADMIN, 'deleteUsers(userIDs: ["bob", "nobody"])')).toEqual([
      'OK',
      'USER_NOT_FOUND',
    ]);
    broken = null;
    clock.nowMs += 1;
    expect(await loadLog(server, 'bob')).toContainEqual(
      expect.objectContaining({ operation: 'deleteUsers', outcomes: ['OK'] }),
    );
  });

  it('has one row of an export that fails, by either door', async () => {
    await createUsers(server, ['bob']);
    const EXPORT = 'query ($id: ID!) { exportUser(userID: $id) }';
    broken = 'FROM refusal';
    expect((await server.send(ADMIN, EXPORT, { id: 'bob' })).errors).toHaveLength(1);
    const loadExports = async (): Promise<unknown[]> =>
      ((await loadLog(server)) as { operation: string }[]).filter(
        ({ operation }) => operation === 'exportUser',
      );
    const row = { actorID: 'admin', targets: ['bob'], outcomes: ['INTERNAL_SERVER_ERROR'] };
    expect(await loadExports()).toMatchObject([row]);
    const socket = await RawSocket.initAs(server, ADMIN);
    socket.subscribe('1', EXPORT, { id: 'bob' });
    expect(await socket.next()).toMatchObject({ id: '1', payload: { errors: [{}] } });
    await socket.close();
    expect(await loadExports()).toMatchObject([row, row]);
  });

  it('tells acts at once apart, from each other and from what users do meanwhile', async () => {
    const ids = Array.from({ length: 20 }, (_, index) => `u${String(index)}`);
    await createUsers(server, ids);
    const before = (await loadLog(server)).length;
    await Promise.all(
      ids.flatMap((id) => [
        server.call({ ...ADMIN, actAs: id }, SET_NICK, { nick: 'by the administrator' }),
        act(server, id, 'addToBlockList(userIDs: ["u0"])'),
      ]),
    );
    const log = (await loadLog(server)) as { actAs: string | null; operation: string }[];
    expect(log).toHaveLength(before + ids.length);
    const acts = log.filter(({ actAs }) => actAs !== null);
    expect(acts.map(({ actAs }) => actAs).sort()).toEqual(ids.toSorted());
    expect(new Set(acts.map(({ operation }) => operation))).toEqual(new Set(['setSelfInfo']));
  });

  it('names no more users than a call may, of one that brings too many', async () => {
    const ids = Array.from({ length: 1_500 }, (_, index) => `u${String(index).padStart(4, '0')}`);
    const call = 'mutation ($ids: [ID!]!) { deleteUsers(userIDs: $ids) { code } }';
    expect((await server.send(ADMIN, call, { ids })).errors).toHaveLength(1);
    expect(await loadLog(server)).toMatchObject([
      { operation: 'deleteUsers', targets: ids.slice(0, 1_001), outcomes: ['BAD_USER_INPUT'] },
    ]);
  });

  it('names all users of a call, however many it may carry', async () => {
    await server.stop();
    server = await TestServer.start({ store, clock, limits: { idsPerCall: 1_200, friendsPerImport: 1_200 } });
    const ids = Array.from({ length: 1_200 }, (_, index) => `u${String(index).padStart(4, '0')}`);
    await server.call(ADMIN, 'mutation ($ids: [ID!]!) { deleteUsers(userIDs: $ids) { code } }', { ids });
    await importFriends(
      server,
      'ann',
      ids.map((userID) => ({ userID })),
    );
    for (const [userID, operations] of [
      ['u1199', ['deleteUsers', 'importFriends']],
      ['ann', ['importFriends']],
    ] as const) {
      const log = (await loadLog(server, userID)) as { operation: string; targets: string[] }[];
      expect(log.map(({ operation }) => operation).sort()).toEqual(operations);
    }
    expect(await loadLog(server, 'u0000')).toContainEqual(
      expect.objectContaining({ operation: 'importFriends', targets: ['ann', ...ids] }),
    );
  });

  it('has what is read and listened to in the name of another, once an hour for each field, before it is answered', async () => {
    const read = '{ friendList { totalCount } blockList { totalCount } }';
    const row = (operation: string) => ({
      actorID: 'admin',
      actAs: 'bob',
      operation,
      targets: [],
      outcomes: ['OK'],
    });
    const loadReads = async (): Promise<unknown[]> =>
      (await loadLog(server, 'bob')).toSorted((one, other) =>
        JSON.stringify(one).localeCompare(JSON.stringify(other)),
      );
    await server.call('bob', read);
    for (let time = 0; time < 4; time++) await server.call(asBob, read);
    await server.call(ADMIN, read);
    expect(await loadReads()).toEqual([row('blockList'), row('friendList')]);
    const socket = await RawSocket.initAs(server, asBob);
    socket.subscribe('1', 'subscription { friendshipEvents { seq } }');
    await socket.next();
    await socket.close();
    expect(await loadReads()).toEqual([row('blockList'), row('friendList'), row('friendshipEvents')]);
    // Each of those who act, and each in whose name they do, has rows of its own.
    await server.call('cat', '{ me { id } }');
    const list = '{ friendList { totalCount } }';
    await server.call({ ...asBob, actAs: 'cat' }, list);
    await server.call({ ...asBob, userID: 'deputy' }, list);
    expect(await loadLog(server, 'cat')).toEqual([{ ...row('friendList'), actAs: 'cat' }]);
    expect(await loadLog(server, 'deputy')).toEqual([{ ...row('friendList'), actorID: 'deputy' }]);
    expect(await loadReads()).toHaveLength(4);
    clock.nowMs += 60 * 60_000;
    await server.call(asBob, list);
    expect(await loadReads()).toHaveLength(5);
    // The clock is put back: how long ago the last row was written, nobody knows.
    clock.nowMs -= 24 * 60 * 60_000;
    await server.call(asBob, list);
    expect(await loadReads()).toHaveLength(6);
    clock.nowMs += 24 * 60 * 60_000;
    broken = 'INSERT INTO audit';
    const refused = await server.send(asBob, '{ friendGroups { name } }');
    expect(refused.errors).toMatchObject([{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
    expect(refused.data ?? null).toBeNull();
  });

  it('has one row of a field that is asked for several times at once', async () => {
    await server.call('bob', '{ me { id } }');
    const aliases = [1, 2, 3].map((n) => `a${n}: friendList { totalCount }`).join(' ');
    const [one] = await Promise.all([1, 2].map(() => server.call(asBob, `{ ${aliases} }`)));
    expect(Object.keys(one ?? {})).toEqual(['a1', 'a2', 'a3']);
    expect(await loadLog(server, 'bob')).toMatchObject([{ operation: 'friendList', outcomes: ['OK'] }]);
    broken = 'INSERT INTO audit';
    const both = 'a: blockList { totalCount } b: blockList { totalCount }';
    expect((await server.send(asBob, `{ ${both} }`)).data ?? null).toBeNull();
    broken = null;
    await server.call(asBob, `{ ${both} }`);
    expect(await loadLog(server, 'bob')).toHaveLength(2);
  });

  it.each(['', 'a b', 'a\0', '\ud800'])('cannot be asked for by %j, which is no id', async (userID) => {
    const query = 'query ($userID: ID) { auditLog(userID: $userID) { totalCount } }';
    expect(await server.send(ADMIN, query, { userID })).toMatchObject({
      errors: [{ extensions: { code: 'BAD_USER_INPUT', argument: 'userID' } }],
    });
  });

  it('is the business of administrators', async () => {
    expect(await server.send('mallory', '{ auditLog { totalCount } }')).toMatchObject({
      errors: [{ extensions: { code: 'FORBIDDEN' } }],
    });
  });
});

describeOnStores('the audit log, when its entries are old', (store: Store) => {
  it('is trimmed: what is older than the retention goes', async () => {
    const clock = { nowMs: Date.now(), now: (): number => clock.nowMs };
    const server = await TestServer.start({ store, clock, config: { auditRetentionDays: 30 } });
    try {
      const ids = Array.from({ length: 100 }, (_, index) => `u${String(index)}`);
      // More than one step of the work.
      for (let count = 0; count < 6; count++) await createUsers(server, ids);
      clock.nowMs += 1;
      await createUsers(server, ['young']);
      clock.nowMs += 30 * DAY_MS;
      await server.restart();
      const count = async (userID?: string): Promise<number> =>
        (await loadPage(server, ADMIN, toList(userID))).totalCount;
      while ((await count()) > 1 || (await count('u0')) > 0);
      expect(await loadLog(server)).toMatchObject([{ targets: ['young'] }]);
      expect(await loadLog(server, 'young')).toHaveLength(1);
    } finally {
      await server.stop();
    }
  });
});

test('an act of which the commit failed is in the audit log as one that failed', async () => {
  let [isWritten, hasFailed] = [false, false];
  // The embedded database has one writer: what is committed next is the act.
  const onStatement = (sql: string): void => {
    if (sql.startsWith('INSERT INTO audit_subject ')) isWritten = true;
    if (sql !== 'COMMIT' || !isWritten || hasFailed) return;
    hasFailed = true;
    throw new Error('not committed by the test');
  };
  const server = await TestServer.start({ onStatement });
  try {
    await server.call('bob', '{ me { id } }');
    await server.send({ ...ADMIN, actAs: 'bob' }, SET_NICK, { nick: 'x' });
    expect(await loadLog(server)).toMatchObject([
      { operation: 'setSelfInfo', actAs: 'bob', outcomes: ['INTERNAL_SERVER_ERROR'] },
    ]);
    expect(await server.call('bob', '{ me { nickName } }')).toEqual({ me: { nickName: '' } });
  } finally {
    await server.stop();
  }
});

test('an act is known for what is under way until it ends, also when another one ends before', async () => {
  const acts = new ActsUnderWay();
  const toAct = (id: string): OpenAct => {
    const about = { actorID: 'admin', actAs: null, operation: 'x', userIDs: [], tokenIDs: [] };
    return { ...about, id, atMs: 0, isRecorded: false, isOver: false };
  };
  const [long, short] = [toAct('long'), toAct('short')];
  let goOn = (): void => undefined;
  const others = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const underWay = acts.run(long, async () => {
    await others;
    return acts.findCurrent();
  });
  expect(await acts.run(short, async () => acts.findCurrent())).toBe(short);
  goOn();
  expect(await underWay).toBe(long);
  expect(acts.findCurrent()).toBeNull();
});

function byText(left: unknown, right: unknown): number {
  return JSON.stringify(left) < JSON.stringify(right) ? -1 : 1;
}
