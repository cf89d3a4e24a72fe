import { randomBytes } from 'node:crypto';
import { act, addFriend, befriend, createUsers, importFriends, toCodes } from './support/people';
import { ADMIN, TestServer, type Caller, type GraphqlAnswer } from './support/server';
import { describeOnStores } from './support/stores';

/** Exactly so many bytes of UTF-8: characters of four, and letters for what is left. */
const ofBytes = (bytes: number): string => '😀'.repeat(Math.floor(bytes / 4)) + 'x'.repeat(bytes % 4);

const SET_SELF = 'mutation ($input: SetSelfInfoInput!) { setSelfInfo(input: $input) { id } }';
const SET_FRIEND = 'mutation ($input: SetFriendInfoInput!) { setFriendInfo(input: $input) { resultCode } }';
const ADD = 'mutation ($input: AddFriendInput!) { addFriend(input: $input) { resultCode } }';
const ACCEPT =
  'mutation ($input: AcceptFriendApplicationInput!) { acceptFriendApplication(input: $input) { resultCode } }';
const IMPORT_USER =
  'mutation ($input: ImportUserInput!) { importUsers(users: [{ userID: "made" }, $input]) { code } }';
const IMPORT_FRIEND = `mutation ($input: ImportFriendInput!) {
  importFriends(userID: "me", friends: [{ userID: "late" }, $input]) { code } }`;

/** Every text with a limit: who writes it by what, and the limit. */
const TEXTS: [
  name: string,
  field: string,
  limit: number,
  query: string,
  rest: object,
  caller: string | Caller,
][] = [
  ...['nickName', 'faceUrl', 'selfSignature'].flatMap((field): typeof TEXTS => [
    ['setSelfInfo', field, 500, SET_SELF, {}, 'me'],
    ['importUsers', field, 500, IMPORT_USER, { userID: 'made2' }, ADMIN],
  ]),
  ['setFriendInfo', 'friendRemark', 96, SET_FRIEND, { userID: 'pal' }, 'me'],
  ['acceptFriendApplication', 'friendRemark', 96, ACCEPT, { userID: 'asker' }, 'me'],
  ['addFriend', 'friendRemark', 96, ADD, { userID: 'new' }, 'me'],
  ['addFriend', 'addWording', 256, ADD, { userID: 'new' }, 'me'],
  ['importFriends', 'friendRemark', 96, IMPORT_FRIEND, { userID: 'new' }, ADMIN],
  ['importFriends', 'addWording', 256, IMPORT_FRIEND, { userID: 'new' }, ADMIN],
];

describeOnStores('the limits on texts', (store) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ store });
    await befriend(server, 'me', 'pal');
    await createUsers(server, ['asker', 'new', 'late']);
    await addFriend(server, 'asker', { userID: 'me' });
  });
  afterAll(() => server.stop());

  const position = (): Promise<unknown> => server.call('me', '{ friendshipEventPosition }');
  const expectBadInput = (answer: GraphqlAnswer<unknown>, field: string): void => {
    expect(answer.data ?? null).toBeNull();
    expect(answer.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field } }]);
    expect(answer.errors?.[0]?.message).toContain(field);
  };

  it.each(TEXTS)(
    '%s takes %s of %i bytes; one more fails, names it, and nothing is done',
    async (_name, field, limit, query, rest, caller) => {
      const before = await position();
      const answer = await server.send(caller, query, { input: { ...rest, [field]: ofBytes(limit + 1) } });
      expectBadInput(answer, field);
      expect(answer.errors?.[0]?.message).toContain(`${limit + 1} bytes`);
      // Not characters: fewer than the limit of them, and one byte too many.
      expect(ofBytes(limit + 1).length).toBeLessThan(limit);
      expect(await position()).toEqual(before);
      const others =
        '{ usersInfo(userIDs: ["made", "made2"]) { resultCode } friendsInfo(userIDs: ["late"]) { relation } }';
      const nobody = { resultCode: 'USER_NOT_FOUND' };
      expect(await server.call('me', others)).toEqual({
        usersInfo: [nobody, nobody],
        friendsInfo: [{ relation: 'NONE' }],
      });
      expect(
        (await server.send(caller, query, { input: { ...rest, [field]: ofBytes(limit) } })).errors,
      ).toBeUndefined();
      await server.call(ADMIN, 'mutation { deleteUsers(userIDs: ["made", "made2", "late"]) { code } }');
      await createUsers(server, ['late']);
    },
  );

  it.each([
    [SET_SELF, 'customInfo', {}],
    [SET_FRIEND, 'friendCustomInfo', { userID: 'pal' }],
  ])(
    '%s takes 20 custom fields of 8 letters and 500 bytes, and nothing past that',
    async (query, field, rest) => {
      const set = (fields: object[]): Promise<GraphqlAnswer<unknown>> =>
        server.send('me', query, { input: { ...rest, [field]: fields } });
      const keys = 'abcdefghijklmnopqrst'.split('').map((letter) => `Long${letter}key`);
      const value = ofBytes(500);
      expect((await set(keys.map((key) => ({ key, value })))).errors).toBeUndefined();
      const before = await position();
      for (const wrong of [
        { key: 'u', value: 'the 21st' },
        { key: 'Longakey', value: ofBytes(501) },
        { key: 'ninechars', value: 'x' },
        { key: '', value: 'x' },
        { key: 'a1', value: 'x' },
        { key: 'é', value: 'x' },
      ])
        expect(await set([{ key: 'Longbkey', value: 'changed' }, wrong])).toMatchObject({
          errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
        });
      expect(await position()).toEqual(before);
      // One goes and another comes: 20 again.
      expect(
        (
          await set([
            { key: 'u', value: 'x' },
            { key: 'Longakey', value: '' },
          ])
        ).errors,
      ).toBeUndefined();
    },
  );

  it('a group name has 1 to 30 bytes, wherever it is given', async () => {
    const [fits, over] = [ofBytes(30), ofBytes(31)];
    const create = async (name: string): Promise<unknown> => {
      const query = 'mutation ($name: String!) { createFriendGroup(name: $name) { resultCode code } }';
      return (await server.call<{ createFriendGroup: unknown }>('me', query, { name })).createFriendGroup;
    };
    expect(await create(fits)).toEqual([]);
    expect(await create(over)).toEqual([{ resultCode: 'INVALID_PARAMETERS', code: 30001 }]);
    expect(await create('')).toEqual([{ resultCode: 'INVALID_PARAMETERS', code: 30001 }]);
    const rename =
      'mutation ($o: String!, $n: String!) { renameFriendGroup(oldName: $o, newName: $n) { name } }';
    expect(await server.send('me', rename, { o: fits, n: over })).toMatchObject({
      errors: [{ extensions: { code: 'BAD_USER_INPUT', resultCode: 'INVALID_PARAMETERS' } }],
    });
    const results = await importFriends(server, 'me', [{ userID: 'asker', friendGroups: [fits, over] }]);
    expect(toCodes(results)).toEqual(['INVALID_PARAMETERS']);
    expect(await addFriend(server, 'me', { userID: 'late', friendGroup: over })).toMatchObject({
      resultCode: 'INVALID_PARAMETERS',
    });
    expect(await server.call('me', '{ friendGroups { name } }')).toEqual({ friendGroups: [{ name: fits }] });
  });

  it('a user id has 1 to 32 bytes of printable ASCII', async () => {
    const longest = '!~'.repeat(16);
    await createUsers(server, [longest]);
    expect(await act(server, 'me', `addToBlockList(userIDs: ["${longest}", "${longest}x"])`)).toEqual([
      'OK',
      'INVALID_PARAMETERS',
    ]);
  });

  it.each([
    [0, true],
    [20240229, true],
    [19000228, true],
    [99991231, true],
    [20230229, false],
    [19000229, false],
    [20241301, false],
    [20240001, false],
    [20240100, false],
    [1, false],
    [-20240101, false],
    [202401011, false],
  ])('a birthday of %i is a date: %s', async (birthday, ok) => {
    const answer = await server.send('me', SET_SELF, { input: { birthday } });
    if (ok) expect(answer.errors).toBeUndefined();
    else expectBadInput(answer, 'birthday');
  });

  it.each([['role'], ['level']])('%s is no negative number and fits an Int', async (field) => {
    expectBadInput(await server.send('me', SET_SELF, { input: { [field]: -1 } }), field);
    for (const value of [2147483648, 1.5, '1'])
      expect(await server.send('me', SET_SELF, { input: { [field]: value } })).toMatchObject({
        errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
      });
  });

  it('a source is 1 to 8 letters, and gets its prefix once', async () => {
    for (const [index, [given, kept]] of [
      ['abcdefgh', 'AddSource_Type_abcdefgh'],
      ['AddSource_Type_Web', 'AddSource_Type_Web'],
      ['', ''],
    ].entries()) {
      await createUsers(server, [`s${index}`]);
      expect(
        (await server.send('me', ADD, { input: { userID: `s${index}`, addSource: given } })).errors,
      ).toBeUndefined();
      expect(await server.call(`s${index}`, '{ friendApplicationList { nodes { addSource } } }')).toEqual({
        friendApplicationList: { nodes: [{ addSource: kept }] },
      });
    }
    for (const addSource of [
      'abcdefghi',
      'a1',
      'é',
      'AddSource_Type_',
      'AddSource_Type_abcdefghi',
      'addsource_type_a',
    ])
      expectBadInput(await server.send('me', ADD, { input: { userID: 'new', addSource } }), 'addSource');
  });
});

describeOnStores('the highest limit that may be set', (store) => {
  it('on the name of a group is one that every database keeps', async () => {
    const groupNameBytes = 2_500;
    const server = await TestServer.start({ store, limits: { groupNameBytes } });
    const [me, pal] = ['m'.repeat(32), 'p'.repeat(32)];
    await befriend(server, me, pal);
    // Without a pattern that could be compressed.
    const name = randomBytes(groupNameBytes).toString('base64').slice(0, groupNameBytes);
    const create =
      'mutation ($name: String!, $ids: [ID!]) { createFriendGroup(name: $name, userIDs: $ids) { resultCode } }';
    const created = await server.send(me, create, { name, ids: [pal] });
    const listed = await server.send(me, '{ friendGroups { name friendCount } }');
    await server.stop();
    expect(created).toEqual({ data: { createFriendGroup: [{ resultCode: 'OK' }] } });
    expect(listed).toEqual({ data: { friendGroups: [{ name, friendCount: 1 }] } });
  });
});
