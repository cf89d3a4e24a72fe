import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../src/lib/clock';
import { act, addFriend, createUsers, importFriends, loadRelation, toIDs } from './support/people';
import { ADMIN, TestServer } from './support/server';
import { openSideDoor } from './support/side-door';
import { describeOnStores, type Store } from './support/stores';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

describeOnStores('friend requests', (store) => {
  let server: TestServer;
  let nowMs = Date.now();
  const clock: Clock = { now: () => nowMs };
  let crowds = 0;

  beforeAll(async () => {
    server = await TestServer.start({ store, clock, limits: { applicationsPerHour: 3 } });
  });
  afterAll(() => server.stop());

  /** Users of the test's own. */
  async function create(count: number, profile?: Record<string, unknown>): Promise<string[]> {
    crowds += 1;
    const ids = toIDs(count, `t${crowds}.`);
    await createUsers(server, ids, profile);
    return ids;
  }
  const ask = async (caller: string, userID: string | undefined): Promise<string> =>
    (await addFriend(server, caller, { userID })).resultCode;

  it('are as many within any hour as are allowed, and not one more', async () => {
    const [me = '', ...others] = await create(6);
    expect(await ask(me, others[0])).toBe('PENDING');
    nowMs += 59 * MINUTE_MS;
    expect(await ask(me, others[1])).toBe('PENDING');
    expect(await ask(me, others[2])).toBe('PENDING');
    expect(await addFriend(server, me, { userID: others[3] })).toMatchObject({
      resultCode: 'TOO_FREQUENT',
      code: 30540,
    });
    // The first of the three is an hour old to the millisecond, and counts no more.
    nowMs += MINUTE_MS - 1;
    expect(await ask(me, others[3])).toBe('TOO_FREQUENT');
    nowMs += 1;
    expect(await ask(me, others[3])).toBe('PENDING');
    expect(await ask(me, others[4])).toBe('TOO_FREQUENT');
  });

  it('count again when they are renewed, or made again after they were taken back', async () => {
    const [me = '', other] = await create(2);
    expect(await ask(me, other)).toBe('PENDING');
    expect(await ask(me, other)).toBe('PENDING');
    expect(await act(server, me, `deleteFriendApplication(userID: "${other}", type: SEND_OUT)`)).toBe('OK');
    expect(await ask(me, other)).toBe('PENDING');
    expect(await ask(me, other)).toBe('TOO_FREQUENT');
  });

  it('that are too many change nothing and tell nobody', async () => {
    const [me = '', other = ''] = await create(2);
    for (let count = 0; count < 3; count++) await addFriend(server, me, { userID: other, addWording: 'hi' });
    const look = async (): Promise<unknown> => [
      await server.call(me, '{ friendshipEventPosition }'),
      await server.call(other, '{ friendshipEventPosition friendApplicationList { nodes { addWording } } }'),
    ];
    const before = await look();
    const again = await addFriend(server, me, { userID: other, addWording: 'again', friendGroup: 'g' });
    expect(again.resultCode).toBe('TOO_FREQUENT');
    expect(await look()).toEqual(before);
  });

  it('of one user that come at once do not pass the limit together', async () => {
    const [me = '', ...others] = await create(10);
    const codes = await Promise.all(others.map((other) => ask(me, other)));
    expect(codes.sort()).toEqual([
      ...Array<string>(3).fill('PENDING'),
      ...Array<string>(6).fill('TOO_FREQUENT'),
    ]);
  });

  it('count only where somebody is asked: not what is accepted, allowed, imported or refused', async () => {
    const [me = '', asking = '', follower = '', ...others] = await create(6);
    const [open = ''] = await create(1, { allowType: 'ALLOW_ANY' });
    const [closed = ''] = await create(1, { allowType: 'DENY_ANY' });
    for (const other of others) expect(await ask(me, other)).toBe('PENDING');
    expect(await ask(me, 'nobody')).toBe('USER_NOT_FOUND');
    expect(await ask(me, closed)).toBe('PEER_DENIES_ALL');
    expect(await ask(me, open)).toBe('OK');
    expect(await ask(asking, me)).toBe('PENDING');
    expect(await ask(me, asking)).toBe('OK');
    await importFriends(server, follower, [{ userID: me }]);
    expect(await ask(me, follower)).toBe('OK');
    expect(await importFriends(server, me, [{ userID: others[0] }])).toMatchObject([{ resultCode: 'OK' }]);
  });

  it('hold for who is acted for by an administrator, too', async () => {
    const [me = '', ...others] = await create(5);
    const codes: string[] = [];
    for (const userID of others) {
      const query = 'mutation ($input: AddFriendInput!) { addFriend(input: $input) { resultCode } }';
      const data = await server.call<{ addFriend: { resultCode: string } }>({ ...ADMIN, actAs: me }, query, {
        input: { userID },
      });
      codes.push(data.addFriend.resultCode);
    }
    expect(codes).toEqual(['PENDING', 'PENDING', 'PENDING', 'TOO_FREQUENT']);
  });

  it('to who refused may be made again after a day, to the millisecond', async () => {
    const [me = '', other = '', third] = await create(3);
    await ask(me, other);
    expect(await act(server, other, `refuseFriendApplication(userID: "${me}")`)).toBe('OK');
    expect(await ask(me, other)).toBe('TOO_FREQUENT');
    expect(await ask(me, third)).toBe('PENDING');
    nowMs += DAY_MS - 1;
    expect(await ask(me, other)).toBe('TOO_FREQUENT');
    nowMs += 1;
    expect(await ask(me, other)).toBe('PENDING');
    // Refused again, the day begins again.
    await act(server, other, `refuseFriendApplication(userID: "${me}")`);
    nowMs += HOUR_MS;
    expect(await ask(me, other)).toBe('TOO_FREQUENT');
  });

  it('are free in the other direction, and where the one who refused has allowed it since', async () => {
    const [me = '', other = ''] = await create(2);
    await ask(me, other);
    await act(server, other, `refuseFriendApplication(userID: "${me}")`);
    expect(await ask(other, me)).toBe('PENDING');
    expect(await ask(me, other)).toBe('OK');
    expect(await loadRelation(server, me, other)).toBe('BOTH_WAY');

    const [asker = '', opened = ''] = await create(2);
    await ask(asker, opened);
    await act(server, opened, `refuseFriendApplication(userID: "${asker}")`);
    await createUsers(server, [opened], { allowType: 'ALLOW_ANY' });
    expect(await ask(asker, opened)).toBe('OK');
  });

  it('are not held against who only had them deleted from a list, or took them back', async () => {
    const [me = '', other = ''] = await create(2);
    await ask(me, other);
    expect(await act(server, other, `deleteFriendApplication(userID: "${me}", type: COME_IN)`)).toBe('OK');
    expect(await ask(me, other)).toBe('PENDING');
  });

  it('leave nothing behind of users who are deleted, and come back', async () => {
    const [me = '', other = '', third = ''] = await create(3);
    await ask(me, other);
    await act(server, other, `refuseFriendApplication(userID: "${me}")`);
    await server.call(ADMIN, `mutation { deleteUsers(userIDs: ["${other}"]) { code } }`);
    await createUsers(server, [other]);
    expect(await ask(me, other)).toBe('PENDING');
    await ask(me, third);
    expect(await ask(me, third)).toBe('TOO_FREQUENT');
    await act(server, other, `refuseFriendApplication(userID: "${me}")`);
    await server.call(ADMIN, `mutation { deleteUsers(userIDs: ["${me}"]) { code } }`);
    await createUsers(server, [me]);
    expect(await ask(me, other)).toBe('PENDING');
  });

  it('may follow a refusal at once where no wait is set, and are remembered across a restart', async () => {
    const free = await TestServer.start({
      store,
      config: { refusalCooldownSeconds: 0 },
      limits: { applicationsPerHour: 2 },
    });
    await createUsers(free, ['a', 'b']);
    expect((await addFriend(free, 'a', { userID: 'b' })).resultCode).toBe('PENDING');
    await act(free, 'b', 'refuseFriendApplication(userID: "a")');
    expect((await addFriend(free, 'a', { userID: 'b' })).resultCode).toBe('PENDING');
    await free.restart();
    expect((await addFriend(free, 'a', { userID: 'b' })).resultCode).toBe('TOO_FREQUENT');
    await free.stop();
  });
});

describeOnStores('what limits how often a user may ask', (store) => {
  it('is deleted in the background when it is over, however much it is', async () => {
    let nowMs = Date.now();
    const place = await store.create();
    const kept: Store = {
      ...store,
      create: () => Promise.resolve({ ...place, drop: () => Promise.resolve() }),
    };
    const server = await TestServer.start({ store: kept, clock: { now: () => nowMs } });
    const sideDoor = await openSideDoor(place.config);
    const count = async (): Promise<number[]> => {
      const [row] = await sideDoor.all<{ askings: unknown; refusals: unknown }>(
        'SELECT (SELECT count(*) FROM application_rate) AS askings, (SELECT count(*) FROM refusal) AS refusals',
      );
      return [Number(row?.askings), Number(row?.refusals)];
    };
    await createUsers(server, ['a', 'b', 'c']);
    await addFriend(server, 'a', { userID: 'b' });
    await act(server, 'b', 'refuseFriendApplication(userID: "a")');
    // More than one step takes.
    const rows = toIDs(1_200).map((id) => `('${id}', 'b', ${nowMs})`);
    await sideDoor.run(`INSERT INTO refusal (owner_id, peer_id, refused_at) VALUES ${rows.join(', ')}`);
    nowMs += HOUR_MS;
    await addFriend(server, 'c', { userID: 'b' });
    expect(await count()).toEqual([2, 1_201]);
    // A round begins with the start.
    await server.restart();
    while ((await count())[0] !== 1) await setImmediate();
    expect(await count()).toEqual([1, 1_201]);
    nowMs += DAY_MS - HOUR_MS;
    await act(server, 'b', 'refuseFriendApplication(userID: "c")');
    await server.restart();
    while ((await count())[1] !== 1) await setImmediate();
    expect(await count()).toEqual([0, 1]);
    await sideDoor.close();
    await server.stop();
    await place.drop();
  });
});
