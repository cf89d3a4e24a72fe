import type { Bus } from '../src/events/bus';
import type { Appended } from '../src/events/friendship-event';
import { BusEar, toHeads } from './support/bus-ear';
import type { BusWire, WireTap } from './support/bus-wire';
import { findPostgresWires } from './support/bus-wire-postgres';
import { findClusterWires, findRedisWires } from './support/bus-wire-redis';
import { toIDs } from './support/people';

const kinds = [...findPostgresWires(), ...findRedisWires(), ...findClusterWires()];
const NOTIFY_LIMIT_BYTES = 8_000;
const appended: Appended = {
  epoch: 'one',
  head: 7,
  facts: [{ type: 'SELF_INFO_UPDATED', payload: {}, occurredAtMs: 1 }],
};

(kinds.length === 0 ? describe.skip : describe).each(kinds)('buses of several nodes ($name)', (kind) => {
  let wire: BusWire;
  let one: Bus;
  let other: Bus;
  let ear: BusEar;
  const taps: WireTap[] = [];
  beforeAll(async () => {
    wire = await kind.lay();
  });
  afterAll(() => wire.remove());
  beforeEach(async () => {
    [one, other] = [await wire.join(), await wire.join()];
    ear = new BusEar(other);
  });
  afterEach(async () => {
    await Promise.all([one, other, ...taps.splice(0)].map((end) => end.stop()));
  });

  /** What goes over the wire while `work` is done, but for probes. The last of it must have been heard by then. */
  async function listenIn(work: () => Promise<unknown>): Promise<string[]> {
    const end = '["tap","end"]';
    const texts: string[] = [];
    let stop: () => void = () => undefined;
    const stopped = new Promise<void>((resolve) => {
      stop = resolve;
    });
    const tap = await wire.tap((text) => {
      if (text === end) stop();
      else if (!text.includes('"probe"')) texts.push(text);
    });
    taps.push(tap);
    await work();
    // Of a kind that buses do not know.
    await tap.say(end);
    await stopped;
    return texts;
  }

  it('the other hears users and heads, and nothing more; who published hears it once', async () => {
    const own = new BusEar(one);
    const texts = await listenIn(async () => {
      one.publish([
        { userID: 'ann', head: 7, appended },
        { userID: 'bob', head: null },
      ]);
      expect(await ear.next()).toEqual({
        kind: 'hints',
        hints: [
          { userID: 'ann', head: 7 },
          { userID: 'bob', head: null },
        ],
      });
    });
    expect(texts.join()).not.toContain('SELF_INFO_UPDATED');
    // What comes back before the other's word was heard by now.
    other.publish([{ userID: 'end', head: 1 }]);
    expect(toHeads(await own.takeUntil('end'))).toEqual([
      ['ann', 7],
      ['bob', null],
      ['end', 1],
    ]);
  });

  it('lists are gathered: many calls are one message, with the newest head of each user', async () => {
    const texts = await listenIn(async () => {
      for (let head = 1; head <= 50; head++) {
        for (const userID of toIDs(5)) one.publish([{ userID, head }]);
      }
      one.publish([{ userID: 'u0001', head: 3 }]);
      const told = await ear.next();
      expect(toHeads([told])).toEqual(toIDs(5).map((userID) => [userID, 50]));
    });
    expect(texts).toHaveLength(1);
  });

  it('the end of a stream outlives hints that were published around it', async () => {
    for (const head of [4, null, 1]) one.publish([{ userID: 'ann', head }]);
    expect(toHeads([await ear.next()])).toEqual([['ann', null]]);
  });

  it('long lists are split below the limit of the transport, and all of them arrive', async () => {
    const users = toIDs(20_000, 'a-user-with-a-long-name-');
    const texts = await listenIn(async () => {
      one.publish(users.map((userID, index) => ({ userID, head: index + 1 })));
      expect(toHeads(await ear.takeUntil(users.at(-1) ?? ''))).toEqual(
        users.map((userID, index) => [userID, index + 1]),
      );
    });
    expect(texts.length).toBeGreaterThan(1);
    const longest = Math.max(...texts.map((text) => Buffer.byteLength(text)));
    expect(longest).toBeLessThan(kind.name === 'PostgreSQL' ? NOTIFY_LIMIT_BYTES : 256 * 1024);
    // Full, but for the last: not a message per user.
    expect(texts.length).toBeLessThan((2 * texts.join('').length) / longest);
  });

  it('edges are heard before the hints of the same turn', async () => {
    const edges = [{ ownerID: 'ann', peerID: 'bob' }];
    one.publish([{ userID: 'ann', head: 1 }]);
    one.publishEdges(edges);
    one.publishEdges(edges);
    expect(await ear.next()).toEqual({ kind: 'edges', edges });
    expect(toHeads([await ear.next()])).toEqual([['ann', 1]]);
  });

  it('each of several edges of one owner is heard', async () => {
    const edges = ['bob', 'cat'].map((peerID) => ({ ownerID: 'ann', peerID }));
    one.publishEdges(edges);
    expect(await ear.next()).toEqual({ kind: 'edges', edges });
  });

  it('a gap is told to everybody, before what is published after it', async () => {
    const own = new BusEar(one);
    one.publish([{ userID: 'ann', head: 1 }]);
    one.publishGap();
    one.publish([{ userID: 'bob', head: 1 }]);
    expect((await own.takeUntil('bob')).map(({ kind }) => kind)).toEqual(['hints', 'gap', 'hints']);
    const told = await ear.takeUntil('bob');
    expect(told[0]).toEqual({ kind: 'gap' });
    expect(toHeads(told)).toEqual([['bob', 1]]);
  });

  it('messages that are doubled, late, broken or of a kind unknown hurt nobody', async () => {
    const texts = await listenIn(async () => {
      one.publish([{ userID: 'ann', head: 2 }]);
      await ear.takeUntil('ann');
    });
    const [real = ''] = texts;
    const tap = await wire.tap(() => undefined);
    taps.push(tap);
    const broken = ['', '{', 'null', '[]', '[7,"hints","x",1]', '["n","of tomorrow",1]', '["n","hints","x"]'];
    const untyped = ['["n","hints",1,2,"ann",{}]', '["n","edges",1,2,"ann",null]'];
    for (const text of [real, ...broken, ...untyped, real.replace('2]', '1]'), '["n","hints","end",1]']) {
      await tap.say(text);
    }
    const told = await ear.takeUntil('end');
    expect(toHeads(told)).toEqual([
      ['ann', 2],
      ['ann', 1],
      ['end', 1],
    ]);
    expect(told.flatMap((one) => (one.kind === 'edges' ? one.edges : []))).toEqual([]);
    expect(other.isUp).toBe(true);
  });

  it('buses of another installation hear nothing of it', async () => {
    const apart = await kind.lay();
    const [near, far] = [await apart.join(), await apart.join()];
    const farEar = new BusEar(far);
    one.publish([{ userID: 'ann', head: 1 }]);
    await ear.takeUntil('ann');
    near.publish([{ userID: 'end', head: 1 }]);
    expect(toHeads(await farEar.takeUntil('end'))).toEqual([['end', 1]]);
    await Promise.all([near.stop(), far.stop()]);
    await apart.remove();
  });

  it('what was published before it stops is sent, and no connection is left', async () => {
    const before = await wire.countConnections();
    one.publish([{ userID: 'ann', head: 1 }]);
    await one.stop();
    expect(toHeads([await ear.next()])).toEqual([['ann', 1]]);
    await other.stop();
    // The server needs a moment to see that a connection is gone.
    while ((await wire.countConnections()) > before - 2);
  });
});
