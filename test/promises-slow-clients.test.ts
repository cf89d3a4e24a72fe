import type { AppEvent } from './support/apps/app';
import { describeApps } from './support/apps/describe-apps';
import { createUsers, importFriends, toIDs } from './support/people';
import { stopClocks } from './support/stop-clocks';

const SET_NICK = 'mutation ($nick: String!) { setSelfInfo(input: { nickName: $nick }) { id } }';
const DELETE = 'mutation ($ids: [ID!]!) { deleteFromFriendList(userIDs: $ids, deleteType: SINGLE) { code } }';

/** A profile of ten thousand bytes: a list of these fills every buffer between server and client soon. */
const BIG = {
  customInfo: Array.from('abcdefghijklmnopqrst', (key) => ({ key, value: 'x'.repeat(500) })),
};
const BIG_USERS = 100;
/** More than a megabyte each: together more than systems keep for a client that does not read. */
const BIG_EVENTS = 8;
/** Looks at it, five seconds apart, without the client reading anything: more than the server has patience for. */
const LOOKS = 5;
const EVENTS = 2 * BIG_EVENTS + LOOKS;

beforeAll(() => {
  // By them the server tells how long a client has read nothing.
  stopClocks('but not the timers');
});
afterAll(() => {
  jest.useRealTimers();
});

describeApps('nothing is dropped silently', (getStage) => {
  it('a client that reads too slowly is sent away with 1013, and its library comes back for the rest', async () => {
    const { server, cable, directAddress } = getStage();
    const bigUsers = toIDs(BIG_USERS, 'big');
    for (let start = 0; start < BIG_USERS; start += 50)
      await createUsers(server, bigUsers.slice(start, start + 50), BIG);
    const slow = await getStage().open('sam');
    const neighbour = await getStage().open('sam', directAddress);
    const streams = [slow.listen(null), neighbour.listen(null)] as const;
    for (const stream of streams) await stream.next();

    cable.stall();
    for (let count = 0; count < BIG_EVENTS; count++) {
      await importFriends(
        server,
        'sam',
        bigUsers.map((userID) => ({ userID })),
      );
      await server.call('sam', DELETE, { ids: bigUsers });
      // Taken at once, so that the server has looked at the slow one too.
      expect((await streams[1].take(2)).map(({ seq }) => seq)).toEqual([2 * count + 1, 2 * count + 2]);
    }
    for (let look = 1; look <= LOOKS; look++) {
      jest.advanceTimersByTime(5_000);
      await server.call('sam', SET_NICK, { nick: `look ${look}` });
      expect(await streams[1].next()).toMatchObject({ seq: 2 * BIG_EVENTS + look });
    }

    cable.flow();
    const received: AppEvent[] = [];
    while (received.at(-1)?.seq !== EVENTS) {
      const event = await streams[0].next();
      if (event.__typename === 'StreamOpened') expect(event.cursor).toBe(received.at(-1)?.cursor);
      else received.push(event);
    }
    expect(received.map(({ seq }) => seq)).toEqual(Array.from({ length: EVENTS }, (_, index) => index + 1));
    expect(slow.closeCodes).toEqual([1013]);
    expect(neighbour.closeCodes).toEqual([]);
  });
});
