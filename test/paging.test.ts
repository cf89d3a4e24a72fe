import { act, addFriend, createUsers, importFriends, toIDs } from './support/people';
import { loadAll, loadPage, refusePage, type PagedList } from './support/pages';
import { TestServer } from './support/server';
import { describeOnStores } from './support/stores';

const FRIENDS: PagedList = { field: 'friendList' };
const GROUP: PagedList = { field: 'friendList', args: 'groupName: "g",' };
const REQUESTS: PagedList = { field: 'friendApplicationList', node: 'userID type', extra: 'unreadCount' };
const BLOCKS: PagedList = { field: 'blockList' };
const LISTS: [name: string, list: PagedList][] = [
  ['friendList', FRIENDS],
  ['friendList of a group', GROUP],
  ['friendApplicationList', REQUESTS],
  ['blockList', BLOCKS],
];

describeOnStores('every list is paged by the rules of Relay', (store) => {
  let server: TestServer;
  let nowMs = Date.now();
  beforeAll(async () => {
    // Seconds do not pass: many entries of one moment, told apart by their ids alone.
    server = await TestServer.start({ store, clock: { now: () => nowMs } });
    await fill('me');
  });
  afterAll(() => server.stop());

  /** Gives a user 25 entries in each list, five to a moment; requests go in both directions. */
  async function fill(me: string): Promise<void> {
    const [friends, blocked, peers] = [toIDs(25, `${me}f`), toIDs(25, `${me}b`), toIDs(25, `${me}r`)];
    await createUsers(server, [me, ...friends, ...blocked, ...peers]);
    for (let start = 0; start < 25; start += 5) {
      nowMs += 1;
      const some = { from: start, to: start + 5 };
      const entries = friends.slice(some.from, some.to).map((userID) => ({ userID, friendGroups: ['g'] }));
      await importFriends(server, me, entries);
      await act(server, me, `addToBlockList(userIDs: ${JSON.stringify(blocked.slice(some.from, some.to))})`);
      for (const [index, peer] of peers.slice(some.from, some.to).entries())
        await (index % 2 === 0
          ? addFriend(server, me, { userID: peer })
          : addFriend(server, peer, { userID: me }));
    }
  }

  describe.each(LISTS)('%s', (_name, list) => {
    it.each([1, 2, 5, 7, 24, 25, 26, 500])(
      'gives everything once, newest first, in pages of %i',
      async (first) => {
        const all = await loadAll(server, 'me', list, first);
        const ids = all.map((edge) => edge.node.userID);
        expect(ids).toHaveLength(25);
        // Five moments of five: the ids were given in the order of time, and tell entries of one moment apart.
        expect(ids).toEqual([...ids].sort().reverse());
      },
    );

    it('gives 50 when nothing is said, and null says nothing', async () => {
      const page = await loadPage(server, 'me', list, { first: null, after: null });
      expect(page).toEqual(await loadPage(server, 'me', list));
      expect(page).toMatchObject({
        totalCount: 25,
        pageInfo: { hasNextPage: false, hasPreviousPage: false },
      });
    });

    it('goes on right behind each single cursor', async () => {
      const { edges } = await loadPage(server, 'me', list, { first: 25 });
      for (const [index, { cursor }] of edges.entries()) {
        const page = await loadPage(server, 'me', list, { first: 1, after: cursor });
        expect(page.edges).toEqual(edges.slice(index + 1, index + 2));
        expect(page.pageInfo).toMatchObject({ hasPreviousPage: true, hasNextPage: index < 23 });
      }
    });

    it('gives no entry for a page of none, but tells that there are some', async () => {
      const page = await loadPage(server, 'me', list, { first: 0 });
      expect(page).toMatchObject({
        edges: [],
        totalCount: 25,
        pageInfo: { hasNextPage: true, hasPreviousPage: false },
      });
      const { pageInfo } = await loadPage(server, 'me', list, { first: 25 });
      const last = await loadPage(server, 'me', list, { first: 0, after: pageInfo.endCursor });
      expect(last.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
    });

    it('of somebody with nothing in it is empty', async () => {
      expect(await loadPage(server, 'nobody', list)).toMatchObject({
        edges: [],
        totalCount: 0,
        pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
      });
    });

    it('refuses a size below 0 or over 500, and a text that is no cursor', async () => {
      for (const first of [-1, 501, 2147483647])
        expect([first, await refusePage(server, 'me', list, { first })]).toEqual([first, 'BAD_USER_INPUT']);
      const { pageInfo } = await loadPage(server, 'me', list, { first: 1 });
      const cursor = pageInfo.endCursor ?? '';
      const forged = (parts: unknown): string => Buffer.from(JSON.stringify(parts)).toString('base64url');
      const [name] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as [string];
      const garbage = [
        // No user's id: PostgreSQL would not even take the first.
        forged([name, 5, '\0']),
        forged([name, 5, '']),
        '',
        'x',
        `${cursor}=`,
        ` ${cursor}`,
        cursor.slice(1),
        forged([]),
        forged(null),
        forged(['', 1]),
      ];
      for (const after of garbage)
        expect([after, await refusePage(server, 'me', list, { after })]).toEqual([after, 'BAD_USER_INPUT']);
    });
  });

  it('a cursor of another list is refused', async () => {
    const cursorOf = async (list: PagedList): Promise<string | null> =>
      (await loadPage(server, 'me', list, { first: 1 })).pageInfo.endCursor;
    const sent: PagedList = { ...REQUESTS, args: 'type: SEND_OUT,' };
    const lists = [FRIENDS, REQUESTS, BLOCKS, sent];
    for (const from of lists)
      for (const to of lists) {
        if (from === to) continue;
        const after = await cursorOf(from);
        expect([from, to, await refusePage(server, 'me', to, { after })]).toEqual([
          from,
          to,
          'BAD_USER_INPUT',
        ]);
      }
  });

  it('requests are counted and paged by direction', async () => {
    for (const [type, count] of [
      ['SEND_OUT', 15],
      ['COME_IN', 10],
    ] as const) {
      const all = await loadAll(server, 'me', { ...REQUESTS, args: `type: ${type},` }, 4);
      expect(all.map((edge) => edge.node.type)).toEqual(Array<string>(count).fill(type));
    }
    const page = await loadPage(server, 'me', { ...REQUESTS, args: 'type: SEND_OUT,' }, { first: 1 });
    expect(page).toMatchObject({ totalCount: 15, unreadCount: 10 });
  });

  it('requests of the other direction do not come before', async () => {
    await createUsers(server, ['both', 'in', 'out']);
    await addFriend(server, 'in', { userID: 'both' });
    nowMs += 1;
    await addFriend(server, 'both', { userID: 'out' });
    const received: PagedList = { ...REQUESTS, args: 'type: COME_IN,' };
    const { pageInfo } = await loadPage(server, 'both', received, { first: 1 });
    await act(server, 'both', 'refuseFriendApplication(userID: "in")');
    const rest = await loadPage(server, 'both', received, { first: 1, after: pageInfo.endCursor });
    expect(rest).toMatchObject({ edges: [], pageInfo: { hasPreviousPage: false } });
  });

  it('a cursor stays good while others write at the head, and when its own entry is gone', async () => {
    await fill('busy');
    for (const [list, write, unwrite] of [
      [FRIENDS, 'importFriends', 'deleteFromFriendList'],
      [BLOCKS, 'addToBlockList', 'deleteFromBlockList'],
    ] as const) {
      const { edges } = await loadPage(server, 'busy', list, { first: 25 });
      const cursor = edges[9];
      nowMs += 1;
      await createUsers(server, ['newest']);
      if (write === 'addToBlockList') await act(server, 'busy', 'addToBlockList(userIDs: ["newest"])');
      else await importFriends(server, 'busy', [{ userID: 'newest' }]);
      await act(server, 'busy', `${unwrite}(userIDs: ["${cursor?.node.userID ?? ''}"])`);
      const page = await loadPage(server, 'busy', list, { first: 5, after: cursor?.cursor ?? null });
      expect(page.edges).toEqual(edges.slice(10, 15));
      expect(page).toMatchObject({ totalCount: 25, pageInfo: { hasNextPage: true, hasPreviousPage: true } });
    }
  });
});

describeOnStores('entries of one moment', (store) => {
  it('imported with times of long ago and far ahead are paged by time, then by id', async () => {
    const server = await TestServer.start({ store });
    try {
      const ids = toIDs(9, 'x');
      await createUsers(server, ['me', ...ids]);
      const times = ['1969-12-31T23:59:59.999Z', '2100-01-01T00:00:00Z', '1970-01-01T00:00:00Z'];
      const entries = ids.map((userID, index) => ({ userID, addTime: times[index % 3] }));
      await importFriends(server, 'me', entries);
      const all = await loadAll(server, 'me', FRIENDS, 2);
      const [x1, x2, x3, x4, x5, x6, x7, x8, x9] = ids;
      expect(all.map((edge) => edge.node.userID)).toEqual([x8, x5, x2, x9, x6, x3, x7, x4, x1]);
    } finally {
      await server.stop();
    }
  });
});
