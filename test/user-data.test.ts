import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../src/config';
import { isOfJob } from './support/fanout-gate';
import { act, createUsers } from './support/people';
import { searchDatabase, type Find } from './support/search-database';
import { ADMIN, TestServer } from './support/server';
import { describeOnStores, sqlite, type Store } from './support/stores';
import { whileUncommitted } from './support/uncommitted';
import { createWholeUser, MARK, USER } from './support/whole-user';

const EXPORT = 'query ($id: ID!) { exportUser(userID: $id) }';
/** Moments, and what is random. */
const MOMENT = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string;
const RANDOM = expect.stringMatching(/^[\da-f]+$/) as string;

/** A store that tells where its database is. */
function toKnownStore(store: Store): Store & { place: Partial<Config> } {
  const known = {
    name: store.name,
    place: {},
    async create() {
      const made = await store.create();
      known.place = made.config;
      return made;
    },
  };
  return known;
}

const toPlaces = (finds: readonly Find[]): string[] => [...new Set(finds.map(({ place }) => place))];

describeOnStores('everything of a user', (store) => {
  const known = toKnownStore(store);
  let server: TestServer;
  let isJobHeldUp = false;
  /** Whether the job that tells friends of the profile goes on; what a deletion takes from it always goes through. */
  const onStatement = (sql: string): void => {
    if (isJobHeldUp && isOfJob(sql) && !sql.startsWith('DELETE FROM profile_fanout WHERE user_id IN'))
      throw new Error('The job is held up.');
  };
  beforeAll(async () => {
    // So that no two acts have one moment, and their order is known.
    let nowMs = Date.now();
    server = await TestServer.start({ store: known, clock: { now: () => nowMs++ }, onStatement });
    await createWholeUser(server);
    // Until the job has none left.
    const isPending = async (): Promise<boolean> =>
      (await searchDatabase(known.place, USER)).some(({ place }) => place.startsWith('profile_fanout'));
    while (await isPending()) await server.call('friend', '{ me { id } }');
  });
  afterAll(() => server.stop());

  const exportAs = async (caller: Parameters<TestServer['call']>[0], id = USER) =>
    (await server.call<{ exportUser: Record<string, unknown> | null }>(caller, EXPORT, { id })).exportUser;

  it('is exported as one document', async () => {
    const whole = await exportAs(ADMIN);
    expect(whole).toMatchObject({
      format: 'amicus-user-export',
      version: 1,
      userID: USER,
      exportedAt: MOMENT,
      profile: {
        id: USER,
        nickName: `${MARK} nick`,
        faceUrl: `${MARK} face`,
        selfSignature: `${MARK} words`,
        gender: 'UNKNOWN',
        birthday: 0,
        allowType: 'NEED_CONFIRM',
        adminForbidType: 'NONE',
        role: 0,
        level: 7,
        customInfo: [{ key: 'hobby', value: `${MARK} hobby` }],
        createdAt: MOMENT,
        updatedAt: MOMENT,
      },
      friends: [
        {
          userID: 'friend',
          remark: `${MARK} remark`,
          addSource: '',
          addWording: '',
          customInfo: [{ key: 'since', value: `${MARK} since` }],
          addedAt: MOMENT,
        },
      ],
      groups: [{ name: `${MARK} group`, createdAt: MOMENT, userIDs: ['friend'] }],
      applications: [
        {
          userID: 'asked',
          type: 'SEND_OUT',
          addWording: `${MARK} wording`,
          friendRemark: `${MARK} remark`,
          friendGroup: 'new',
          sentAt: MOMENT,
          readAt: MOMENT,
        },
        { userID: 'asker', type: 'COME_IN', addWording: 'hello', readAt: null },
      ],
      blocklist: [{ userID: 'blocked', blockedAt: MOMENT }],
      refusals: [{ userID: 'answered', refusedAt: MOMENT }],
      recentRequests: [
        { at: MOMENT, times: 1 },
        { at: MOMENT, times: 1 },
      ],
      stream: { epoch: RANDOM, floor: 0 },
      profileFanoutRequestedAt: null,
      tokensRevokedAt: MOMENT,
      audit: [
        { operation: 'revokeTokens', actorID: 'admin', actAs: null, targets: [USER], outcomes: ['OK'] },
        { operation: 'setSelfInfo', actorID: 'admin', actAs: USER, targets: [], outcomes: ['OK'] },
        { operation: 'importFriends' },
        { operation: 'importFriends' },
        { operation: 'importUsers' },
        { operation: 'importUsers' },
      ],
    });
    const { stream, events } = whole as unknown as { stream: { head: number }; events: { seq: number }[] };
    expect(events.map(({ seq }) => seq)).toEqual(
      Array.from({ length: stream.head }, (_, index) => index + 1),
    );
    expect(events).toContainEqual({
      seq: expect.any(Number) as number,
      type: 'BLOCK_LIST_ADDED',
      occurredAt: MOMENT,
      payload: { userIDs: ['blocked'] },
    });
  });

  it("is exported whole: every row that is the user's own, in whatever table", async () => {
    const exported = JSON.stringify(await exportAs(ADMIN));
    const own = (await searchDatabase(known.place, USER)).filter(({ row }) =>
      [row['owner_id'], row['user_id'], row['id']].includes(USER),
    );
    expect(new Set(own.map(({ place }) => place.split('.')[0]))).toEqual(
      new Set(
        'application_rate audit_subject block event event_stream friend friend_application friend_group friend_group_member refusal user'.split(
          ' ',
        ),
      ),
    );
    for (const { place, row } of own) {
      if (place.startsWith('audit_subject')) continue;
      for (const value of Object.values(row)) {
        // Moments and numbers are written in other ways, here and in the engines.
        if (typeof value !== 'string' || value === USER || /^\d+$/.test(value)) continue;
        const isThere = exported.includes(value) || exported.includes(JSON.stringify(value).slice(1, -1));
        expect([place, value, isThere]).toEqual([place, value, true]);
      }
    }
  });

  it('is exported to the user, and to administrators with a word in the audit log', async () => {
    const loadExports = async (): Promise<unknown[]> => {
      const { auditLog } = await server.call<{ auditLog: { nodes: { operation: string }[] } }>(
        ADMIN,
        '{ auditLog { nodes { operation actorID actAs targets outcomes } } }',
      );
      return auditLog.nodes.filter(({ operation }) => operation === 'exportUser');
    };
    await createUsers(server, ['self']);
    const before = (await loadExports()).length;
    expect(await exportAs('self', 'self')).toMatchObject({
      userID: 'self',
      friends: [],
      tokensRevokedAt: null,
    });
    expect(await server.send('friend', EXPORT, { id: USER })).toMatchObject({
      errors: [{ extensions: { code: 'FORBIDDEN' } }],
    });
    expect(await loadExports()).toHaveLength(before);
    await exportAs({ ...ADMIN, actAs: 'self' }, 'self');
    expect((await loadExports())[0]).toMatchObject({ actorID: 'admin', actAs: 'self', targets: ['self'] });
    expect(await exportAs(ADMIN, 'nobody')).toBeNull();
    expect((await loadExports())[0]).toMatchObject({ targets: ['nobody'], outcomes: ['USER_NOT_FOUND'] });
    expect(await server.send(ADMIN, EXPORT, { id: 'a b' })).toMatchObject({
      errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
    });
  });

  it('is exported as it was at one moment, whatever is written meanwhile', async () => {
    const others = Array.from({ length: 30 }, (_, index) => `other${String(index)}`);
    await createUsers(server, ['busy', ...others]);
    const progress = { isDone: false };
    const writing = Promise.all(
      others.map((id) => act(server, 'busy', `addToBlockList(userIDs: ["${id}"])`)),
    );
    void writing.finally(() => (progress.isDone = true));
    let seen = 0;
    do {
      const { blocklist, events, stream } = (await exportAs('busy', 'busy')) as unknown as {
        blocklist: unknown[];
        events: unknown[];
        stream: { head: number };
      };
      expect(events).toHaveLength(blocklist.length);
      expect(stream.head).toBe(blocklist.length);
      seen = blocklist.length;
    } while (!progress.isDone || seen < others.length);
    await writing;
  });

  it('is exported while a transaction of somebody else is open, without what that writes', async () => {
    const before = await exportAs('friend', 'friend');
    await whileUncommitted(known.place, "DELETE FROM friend WHERE owner_id = 'friend'", async () => {
      expect(await exportAs('friend', 'friend')).toEqual({ ...before, exportedAt: MOMENT });
    });
  });

  it('is deleted but for what the manual names, and no text of the user is left', async () => {
    expect((await searchDatabase(known.place, MARK)).length).toBeGreaterThan(5);
    isJobHeldUp = true;
    await createUsers(server, [USER], { nickName: `${MARK} new` });
    expect(toPlaces(await searchDatabase(known.place, USER))).toContain('profile_fanout.user_id');
    await server.call(ADMIN, `mutation { deleteUsers(userIDs: ["${USER}"]) { code } }`);
    expect(await searchDatabase(known.place, MARK)).toEqual([]);
    const left = await searchDatabase(known.place, USER);
    isJobHeldUp = false;
    expect(toPlaces(left)).toEqual([
      'audit.act_as',
      'audit.targets',
      'audit_subject.user_id',
      'event.payload',
      'revocation.subject',
    ]);
    const inLog = left.filter(({ place }) => place.startsWith('audit.'));
    expect(inLog.map(({ row }) => row['operation'])).toContain('deleteUsers');
    const told = left.filter(({ place }) => place === 'event.payload');
    for (const { row } of told) expect(row['user_id']).not.toBe(USER);
    const requests = told.filter(({ row }) => row['type'] === 'FRIEND_APPLICATION_LIST_ADDED');
    expect(requests.map(({ row }) => row['user_id']).sort()).toEqual([
      'answered',
      'asked',
      'asker',
      'refused',
    ]);
    expect(await exportAs(ADMIN)).toBeNull();
  });
});

test('a deleted text is not left in the file of the embedded database', async () => {
  const { config, drop } = await sqlite.create();
  const store: Store = {
    name: 'kept',
    create: () => Promise.resolve({ config, drop: () => Promise.resolve() }),
  };
  const server = await TestServer.start({ store });
  try {
    await createUsers(server, ['kept'], { nickName: 'nickname before' });
    await createUsers(server, ['kept'], { nickName: 'nickname after' });
    await createWholeUser(server);
    await server.call(ADMIN, `mutation { deleteUsers(userIDs: ["${USER}"]) { code } }`);
    // The log is moved into the file, and emptied.
    await server.stop();
    const folder = config.dataDir ?? '';
    expect(readdirSync(folder).sort()).toEqual(['amicus.lock', 'amicus.sqlite']);
    const bytes = readFileSync(join(folder, 'amicus.sqlite'), 'latin1');
    expect(bytes).toContain('nickname after');
    expect(bytes).not.toContain('nickname before');
    expect(bytes).not.toContain(MARK);
  } finally {
    await server.stop();
    await drop();
  }
});
