import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { befriend, createUsers } from './support/people';
import { TestServer } from './support/server';
import { describeOnStores } from './support/stores';

const FILE = join(__dirname, '../../shared/data/naughty-strings.json');

/** Texts that were somebody's bug, and must come back byte for byte where they fit. */
const OWN = [
  '',
  ' ',
  '  both ends  ',
  '\'; DROP TABLE "user"; --',
  '$1 $2 ? :name @p {} %s \\ \\0',
  '"a" \'b\' `c` <b>&amp;</b>',
  '{"a": [null]} [object Object]',
  '\t\r\n\v\f\u0001\u001f\u007f\u0085',
  '\u2028\u2029\ufeff\u200b\u200d\u00ad\ufffd\uffff\ufffe',
  '\u202eright to left\u202c مرحبا',
  'e\u0301 \u00e9 \u212b \ufb01',
  '👩‍👩‍👧 🏳️‍🌈\u{10ffff}',
  'İıſß ΑΣς ǅ',
];

/** Not well-formed, or not to be stored by every engine. */
const REFUSED = ['\ud800', '\udfff', 'a\ud83d', '\ude00b', '\ude00\ud83d', '\0', 'a\0b'];

const WRITE = `mutation ($text: String!, $profile: Boolean!, $remark: Boolean!, $wording: Boolean!, $group: Boolean!) {
  setSelfInfo(input: { nickName: $text, faceUrl: $text, selfSignature: $text, customInfo: [{ key: "k", value: $text }] })
    @include(if: $profile) { id }
  setFriendInfo(input: { userID: "pal", friendRemark: $text, friendCustomInfo: [{ key: "k", value: $text }] })
    @include(if: $remark) { resultCode }
  addFriend(input: { userID: "asked", addWording: $text }) @include(if: $wording) { resultCode }
  createFriendGroup(name: $text, userIDs: ["pal"]) @include(if: $group) { resultCode }
}`;
const READ = `query ($text: String!, $keyword: Boolean!) {
  me { nickName faceUrl selfSignature customInfo { value } }
  friendList { nodes { friendRemark friendCustomInfo { value } } }
  friendApplicationList(first: 1) { nodes { addWording } }
  friendGroups(names: [$text]) { name friends { totalCount } }
  searchFriends(input: { keywords: [$text], searchUserID: false, searchNickName: false }) @include(if: $keyword) { totalCount }
}`;

describeOnStores('texts', (store) => {
  let server: TestServer;
  let texts = OWN;
  beforeAll(async () => {
    if (existsSync(FILE)) texts = [...OWN, ...(JSON.parse(readFileSync(FILE, 'utf8')) as string[])];
    else console.info('The list of naughty strings is not here: only our own are tried.');
    const limits = { groups: 2000, applicationsPerHour: 100_000 };
    server = await TestServer.start({ store, limits });
    await befriend(server, 'me', 'pal');
    await createUsers(server, ['asked']);
  });
  afterAll(() => server.stop());

  it('come back byte for byte wherever they are written, or are refused for their size', async () => {
    for (const text of new Set(texts)) {
      const bytes = Buffer.byteLength(text);
      const fits = { profile: bytes <= 500, remark: bytes <= 96, wording: bytes <= 256 };
      const group = text !== '' && bytes <= 30;
      const written = await server.send('me', WRITE, { text, ...fits, group });
      expect([text, written.errors]).toEqual([text, undefined]);
      expect(written.data).toMatchObject({
        ...(fits.remark && { setFriendInfo: { resultCode: 'OK' } }),
        ...(fits.wording && { addFriend: { resultCode: 'PENDING' } }),
        ...(group && { createFriendGroup: [{ resultCode: 'OK' }] }),
      });
      const custom = text === '' ? [] : [{ value: text }];
      const keyword = text !== '' && fits.remark;
      const read = await server.call('me', READ, { text, keyword });
      expect(read).toMatchObject({
        ...(fits.profile && {
          me: { nickName: text, faceUrl: text, selfSignature: text, customInfo: custom },
        }),
        ...(fits.remark && { friendList: { nodes: [{ friendRemark: text, friendCustomInfo: custom }] } }),
        ...(fits.wording && { friendApplicationList: { nodes: [{ addWording: text }] } }),
        ...(keyword && { searchFriends: { totalCount: 1 } }),
        friendGroups: group ? [{ name: text, friends: { totalCount: 1 } }] : [],
      });
      for (const [name, isFitting] of Object.entries(fits)) {
        if (isFitting) continue;
        const only = { profile: false, remark: false, wording: false, [name]: true, group: false };
        const { errors } = await server.send('me', WRITE, { text, ...only });
        expect([text, errors]).toMatchObject([text, [{ extensions: { code: 'BAD_USER_INPUT' } }]]);
      }
    }
  }, 120_000);

  it.each(REFUSED.map((text) => [JSON.stringify(text), text]))(
    'that hold %s are refused everywhere',
    async (_shown, text) => {
      for (const call of [
        'setSelfInfo(input: { nickName: $text }) { id }',
        'setSelfInfo(input: { customInfo: [{ key: "k", value: $text }] }) { id }',
        'setFriendInfo(input: { userID: "pal", friendRemark: $text }) { code }',
        'addFriend(input: { userID: "asked", addWording: $text }) { code }',
        'addFriend(input: { userID: "asked", friendRemark: $text }) { code }',
        'renameFriendGroup(oldName: "null", newName: $text) { name }',
      ]) {
        const { errors } = await server.send('me', `mutation ($text: String!) { ${call} }`, { text });
        expect([call, errors]).toMatchObject([call, [{ extensions: { code: 'BAD_USER_INPUT' } }]]);
        expect(errors?.[0]?.message).toMatch(/NUL|surrogate|bytes of UTF-8/);
      }
      for (const [type, call] of [
        ['String', 'createFriendGroup(name: $text)'],
        ['ID', 'addToBlockList(userIDs: [$text])'],
      ] as const)
        expect(
          await server.call('me', `mutation ($text: ${type}!) { a: ${call} { resultCode } }`, { text }),
        ).toEqual({ a: [{ resultCode: 'INVALID_PARAMETERS' }] });
      const keyword = 'query ($text: String!) { searchFriends(input: { keywords: [$text] }) { totalCount } }';
      expect(await server.send('me', keyword, { text })).toMatchObject({
        errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
      });
    },
  );

  it.each(REFUSED.map((text) => [JSON.stringify(text), text]))(
    'that hold %s find nothing',
    async (_shown, text) => {
      const query = `query ($id: ID!, $text: String!) { usersInfo(userIDs: [$id]) { resultCode }
      friendGroups(names: [$text]) { name } friendList(groupName: $text) { totalCount } }`;
      expect(await server.call('me', query, { id: text, text })).toEqual({
        usersInfo: [{ resultCode: 'INVALID_PARAMETERS' }],
        friendGroups: [],
        friendList: { totalCount: 0 },
      });
    },
  );

  it.each(['__proto__', 'constructor', 'hasOwnProperty', 'toString', '$1', "o'neill", '%00', '"', '\\'])(
    'such as %s are user ids like any other',
    async (userID) => {
      await createUsers(server, [userID]);
      const query = 'query ($id: ID!) { usersInfo(userIDs: [$id]) { userID user { id } } }';
      expect(await server.call(userID, query, { id: userID })).toEqual({
        usersInfo: [{ userID, user: { id: userID } }],
      });
      const add = 'mutation ($id: ID!) { addFriend(input: { userID: $id }) { resultCode } }';
      expect(await server.call('me', add, { id: userID })).toEqual({ addFriend: { resultCode: 'PENDING' } });
    },
  );
});
