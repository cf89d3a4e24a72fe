import { befriend, createUsers, follow, importFriends, toIDs } from './support/people';
import { TestServer } from './support/server';
import { describeOnStores } from './support/stores';

const SEARCH = `query ($input: SearchFriendsInput!) { searchFriends(input: $input) {
  totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor } nodes { userID } } }`;

interface Found {
  totalCount: number;
  pageInfo: {
    hasNextPage: boolean;
    hasPreviousPage: boolean;
    startCursor: string | null;
    endCursor: string | null;
  };
  edges: { cursor: string }[];
  nodes: { userID: string }[];
}

describeOnStores('searchFriends', (store) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ store });
  });
  afterAll(() => server.stop());

  const search = async (userID: string, input: Record<string, unknown>): Promise<Found> =>
    (await server.call<{ searchFriends: Found }>(userID, SEARCH, { input })).searchFriends;
  const find = async (userID: string, keywords: string[], rest: object = {}): Promise<string[]> =>
    (await search(userID, { keywords, ...rest })).nodes.map((node) => node.userID).sort();

  /** A friend of `owner` with a nick name and the owner's remark. */
  async function addNamed(owner: string, userID: string, nickName: string, friendRemark = ''): Promise<void> {
    await createUsers(server, [owner]);
    await createUsers(server, [userID], { nickName });
    await importFriends(server, owner, [{ userID, friendRemark }]);
  }

  it('looks at id, nick name and remark of the own friends, each only where asked', async () => {
    await addNamed('me', 'zed1', 'Alpha', 'one');
    await addNamed('me', 'f2', 'the zed', 'two');
    await addNamed('me', 'f3', 'Gamma', 'is zed');
    await addNamed('me', 'f4', 'none');
    await createUsers(server, ['zed-stranger'], { nickName: 'zed' });
    await follow(server, 'zed-fan', 'me');
    expect(await find('me', ['zed'])).toEqual(['f2', 'f3', 'zed1']);
    const none = { searchUserID: false, searchNickName: false, searchRemark: false };
    expect(await find('me', ['zed'], none)).toEqual([]);
    expect(await find('me', ['zed'], { ...none, searchUserID: true })).toEqual(['zed1']);
    expect(await find('me', ['zed'], { ...none, searchNickName: true })).toEqual(['f2']);
    expect(await find('me', ['zed'], { ...none, searchRemark: true })).toEqual(['f3']);
  });

  it('sees nothing of the remarks of others, nor the own profile', async () => {
    await befriend(server, 'ann', 'bob');
    await server.call(
      'ann',
      'mutation { setFriendInfo(input: { userID: "bob", friendRemark: "secret" }) { code } }',
    );
    expect(await find('ann', ['secret'])).toEqual(['bob']);
    expect(await find('bob', ['secret'])).toEqual([]);
    expect(await find('bob', ['bob'])).toEqual([]);
  });

  it.each([
    ['STRASSE', 'Straße'],
    ['straße', 'STRASSE'],
    ['ΟΔΥΣΣΕΥΣ', 'Οδυσσεύς'.normalize('NFD').replaceAll('\u0301', '')],
    ['σοφος', 'ΣΟΦΟΣ'],
    ['σοφοσ', 'σοφος'],
    ['ЩИ', 'борщи'],
    ['ёлка', 'ЁЛКА'],
    ['ÄÖÜ', 'xäöüx'],
    ['ﬁ', 'FI'],
  ])('finds %s in %s whatever their case', async (keyword, nickName) => {
    await addNamed('cases', 'one', nickName);
    expect(await find('cases', [keyword], { searchUserID: false })).toEqual(['one']);
    expect(await find('cases', [`${keyword}.`], { searchUserID: false })).toEqual([]);
  });

  it.each(['%', '_', '\\', '%%', '*', '.', '[a-z]', "'", '$1'])('takes %s for text', async (keyword) => {
    await addNamed('signs', 'plain', 'plain');
    await addNamed('signs', 'sign', '');
    await createUsers(server, ['sign'], { nickName: `a${keyword}b` });
    expect(await find('signs', [keyword], { searchUserID: false })).toEqual(['sign']);
  });

  it('finds who holds any of up to 5 keywords, once', async () => {
    for (const name of ['aa', 'bb', 'cc']) await addNamed('many', `n-${name}`, `${name}${name}`);
    expect(await find('many', ['aa', 'bb', 'x', 'y', 'aaa'])).toEqual(['n-aa', 'n-bb']);
    for (const keywords of [[], ['1', '2', '3', '4', '5', '6'], ['aa', ''], ['x'.repeat(501)]])
      expect(await server.send('many', SEARCH, { input: { keywords } })).toMatchObject({
        errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
      });
  });

  it('gives the newest friendship first, page by page, whatever the ids', async () => {
    const oldestFirst = ['t-d', 't-a', 't-c', 't-b'];
    await createUsers(server, ['timely', ...oldestFirst]);
    await importFriends(
      server,
      'timely',
      oldestFirst.map((userID, index) => ({ userID, addTime: `2024-01-0${index + 1}T00:00:00Z` })),
    );
    const pages: string[][] = [];
    let after: string | null = null;
    do {
      const page: Found = await search('timely', { keywords: ['t-'], first: 2, after });
      pages.push(page.nodes.map((node) => node.userID));
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after !== null && pages.length < oldestFirst.length);
    expect(pages).toEqual([
      ['t-b', 't-c'],
      ['t-a', 't-d'],
    ]);
  });

  it('has no page before one of nothing, when what was found before is found no more', async () => {
    await addNamed('fickle', 'f-one', 'one');
    const { pageInfo } = await search('fickle', { keywords: ['one'] });
    await createUsers(server, ['f-one'], { nickName: 'other' });
    const none = { searchUserID: false, after: pageInfo.endCursor };
    expect(await search('fickle', { keywords: ['one'], ...none })).toMatchObject({
      totalCount: 0,
      nodes: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: false },
    });
  });

  it('reads a list of 3,000 in one statement, and pages through what it finds', async () => {
    const ids = toIDs(3000, 'p');
    await createUsers(server, ['popular', ...ids]);
    for (let start = 0; start < 3000; start += 1000)
      await importFriends(
        server,
        'popular',
        ids.slice(start, start + 1000).map((userID) => ({ userID, addTime: '2024-01-01T00:00:00Z' })),
      );
    await search('popular', { keywords: ['x'] });
    server.statements.length = 0;
    const all = await search('popular', { keywords: ['9'], first: 500 });
    expect(server.statements).toHaveLength(1);
    const wanted = ids.filter((id) => id.includes('9')).reverse();
    expect(all).toMatchObject({
      totalCount: wanted.length,
      pageInfo: { hasNextPage: true, hasPreviousPage: false },
    });
    expect(all.nodes.map((node) => node.userID)).toEqual(wanted.slice(0, 500));

    const seen: string[] = [];
    let after: string | null = null;
    for (;;) {
      const page: Found = await search('popular', { keywords: ['9'], first: 300, after });
      seen.push(...page.nodes.map((node) => node.userID));
      expect(page.pageInfo.hasPreviousPage).toBe(after !== null);
      expect(page.pageInfo.endCursor).toBe(page.edges.at(-1)?.cursor);
      after = page.pageInfo.endCursor;
      if (!page.pageInfo.hasNextPage) break;
    }
    expect(seen).toEqual(wanted);
    const behind = await search('popular', { keywords: ['9'], after });
    expect(behind).toMatchObject({
      nodes: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: true, endCursor: null },
    });
    expect(await search('popular', { keywords: ['9'], first: 0 })).toMatchObject({
      nodes: [],
      totalCount: wanted.length,
      pageInfo: { hasNextPage: true, hasPreviousPage: false },
    });
    for (const wrong of [{ first: -1 }, { first: 501 }, { after: 'garbage' }])
      expect(await server.send('popular', SEARCH, { input: { keywords: ['9'], ...wrong } })).toMatchObject({
        errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
      });
  });
});
