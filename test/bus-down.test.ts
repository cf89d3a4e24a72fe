import type { Bus } from '../src/events/bus';
import { NodesBus } from '../src/events/bus-nodes';
import { createRedisLink } from '../src/events/bus-redis';
import { BusEar, toHeads, type Told } from './support/bus-ear';
import type { BreakableWire } from './support/bus-wire';
import { findPostgresWires } from './support/bus-wire-postgres';
import { findOwnRedisWires } from './support/bus-wire-redis';
import { connectRedis, RedisServer } from './support/redis-server';

const redisWires = findOwnRedisWires();
const kinds = [...findPostgresWires(), ...redisWires];

(kinds.length === 0 ? describe.skip : describe).each(kinds)('a bus that fails ($name)', ({ lay }) => {
  let wire: BreakableWire;
  const buses: Bus[] = [];
  beforeEach(async () => {
    wire = await lay();
  });
  afterEach(async () => {
    await Promise.all(buses.splice(0).map((bus) => bus.stop()));
    await wire.remove();
  });

  /** A bus with what it tells, and what it reports. */
  async function join(onDown: (bus: Bus) => void = () => undefined): Promise<{
    bus: Bus;
    ear: BusEar;
    errors: unknown[];
    /** Resolves when the bus has noticed that it is down. */
    down: Promise<void>;
  }> {
    const errors: unknown[] = [];
    let report: () => void = () => undefined;
    const down = new Promise<void>((resolve) => {
      report = resolve;
    });
    const joined: { bus?: Bus } = {};
    const bus = await wire.join((error) => {
      errors.push(error);
      report();
      if (joined.bus !== undefined) onDown(joined.bus);
    });
    joined.bus = bus;
    buses.push(bus);
    return { bus, ear: new BusEar(bus), errors, down };
  }

  it('while it is down publishing goes on; when it is back, everybody is told of the gap, and hears again', async () => {
    const [one, other] = [await join(), await join()];
    await wire.breakDown();
    await Promise.all([one.down, other.down]);
    expect([one.bus.isUp, other.bus.isUp]).toEqual([false, false]);
    one.bus.publish([{ userID: 'lost', head: 1 }]);
    one.bus.publishEdges([{ ownerID: 'lost', peerID: 'bob' }]);
    expect(one.ear.takeAll()).toEqual([{ kind: 'hints', hints: [{ userID: 'lost', head: 1 }] }]);

    await wire.mend();
    for (const { bus, ear } of [one, other]) {
      expect(await ear.next()).toEqual({ kind: 'gap' });
      // By the other, which is up and could not tell something, perhaps: it is told again when it is up itself.
      while (!bus.isUp) expect(await ear.next()).toEqual({ kind: 'gap' });
    }
    other.bus.publish([{ userID: 'ann', head: 2 }]);
    expect(toHeads(await one.ear.takeUntil('ann'))).toEqual([['ann', 2]]);
    one.bus.publish([{ userID: 'bob', head: 3 }]);
    expect(toHeads(await other.ear.takeUntil('bob'))).toEqual([
      ['ann', 2],
      ['bob', 3],
    ]);
    // Once for each time that it fails, however many attempts there are to come back.
    expect([one.errors.length, other.errors.length]).toEqual([1, 1]);
  });

  it('one that could not tell its hints says so, and the others are told of a gap that they did not have', async () => {
    const one = await join((bus) => {
      bus.publish([{ userID: 'lost', head: 1 }]);
    });
    const other = await join();
    await wire.cutOldest();
    expect(await other.ear.next()).toEqual({ kind: 'gap' });
    expect(other.errors).toEqual([]);
    expect((await one.ear.takeUntil('lost')).length).toBe(1);
  });

  it('one that had nothing to tell meanwhile troubles nobody', async () => {
    const [one, other] = [await join(), await join()];
    await wire.cutOldest();
    expect(await one.ear.next()).toEqual({ kind: 'gap' });
    one.bus.publish([{ userID: 'ann', head: 1 }]);
    expect(await other.ear.takeUntil('ann')).toHaveLength(1);
  });

  it('what is lost while connections break is covered by a gap that is told afterwards', async () => {
    const [one, other] = [await join(), await join()];
    let last = 0;
    const publish = (): void => {
      for (let n = 0; n < 10; n++) one.bus.publish([{ userID: `u${String(++last)}`, head: 1 }]);
    };
    for (let round = 0; round < 5; round++) {
      const goingOn = setInterval(publish, 1);
      await wire.cutOldest();
      clearInterval(goingOn);
    }
    // With which it is known to be up.
    while (!one.bus.isUp) await one.ear.next();
    const told: Told[] = [];
    while (!other.bus.isUp) told.push(await other.ear.next());
    publish();
    // The last cut may not have been noticed yet: then these are lost, too.
    const ending = setInterval(() => {
      one.bus.publish([{ userID: 'end', head: 1 }]);
    }, 20);
    told.push(...(await other.ear.takeUntil('end')));
    clearInterval(ending);
    const heard = toNumbers(told.slice(1 + told.findLastIndex(({ kind }) => kind === 'gap')));
    expect(heard).toEqual(Array.from(heard, (_, index) => last - heard.length + 1 + index));
    expect(told.some(({ kind }) => kind === 'gap') || heard.length === last).toBe(true);
  });

  it('one that cannot be reached at the start begins without it, and comes up by itself', async () => {
    await wire.breakDown();
    const one = await join();
    expect(one.bus.isUp).toBe(false);
    expect(one.errors).toHaveLength(1);
    one.bus.publish([{ userID: 'ann', head: 1 }]);
    expect(toHeads(one.ear.takeAll())).toEqual([['ann', 1]]);
    await wire.mend();
    expect(await one.ear.next()).toEqual({ kind: 'gap' });
    expect(one.bus.isUp).toBe(true);
  });

  it('one that is down stops at once', async () => {
    const one = await join();
    await wire.breakDown();
    await one.down;
    await one.bus.stop();
    await wire.mend();
    expect(await wire.countConnections()).toBe(0);
  });

  it.each<[string, (bus: Bus, ids: readonly string[]) => void]>([
    [
      'users',
      (bus, ids) => {
        bus.publish(ids.map((userID) => ({ userID, head: 1 })));
      },
    ],
    [
      'edges',
      (bus, ids) => {
        bus.publishEdges(ids.map((peerID) => ({ ownerID: 'ann', peerID })));
      },
    ],
  ])('more %s than may wait are told as a gap, not as a list without an end', async (_what, publish) => {
    const [one, other] = [await join(), await join()];
    publish(
      one.bus,
      Array.from({ length: 100_001 }, (_, index) => `u${index}`),
    );
    expect(await other.ear.next()).toEqual({ kind: 'gap' });
    one.bus.publish([{ userID: 'end', head: 1 }]);
    expect(toHeads(await other.ear.takeUntil('end'))).toEqual([['end', 1]]);
  });
});

(redisWires.length === 0 ? describe.skip : describe)('a bus that is deaf', () => {
  it('notices by itself that nothing comes back, and comes up when it hears again', async () => {
    const server = await RedisServer.start();
    let report: (error: unknown) => void = () => undefined;
    const reported = new Promise<unknown>((resolve) => {
      report = resolve;
    });
    const bus = new NodesBus({
      open: createRedisLink([server.url], 'deaf'),
      maxBytes: 1_000,
      onError: report,
      probeMs: 100,
    });
    await bus.start();
    const ear = new BusEar(bus);
    server.freeze();
    expect(await reported).toEqual(new Error('The bus is deaf: a message to itself did not come back.'));
    expect(bus.isUp).toBe(false);
    server.thaw();
    expect(await ear.next()).toEqual({ kind: 'gap' });
    expect(bus.isUp).toBe(true);
    await bus.stop();
    await server.remove();
  });
});

(redisWires.length === 0 ? describe.skip : describe)('a Redis that refuses what a bus needs', () => {
  let server: RedisServer;
  beforeEach(async () => {
    server = await RedisServer.start();
  });
  afterEach(() => server.remove());

  async function run<Answer>(
    work: (client: Awaited<ReturnType<typeof connectRedis>>) => Promise<Answer>,
  ): Promise<Answer> {
    const client = await connectRedis(server.url);
    try {
      return await work(client);
    } finally {
      client.destroy();
    }
  }

  /** Tries so often that one connection of each attempt would show, and resolves when none is left. */
  async function tryInVain(urls: readonly string[], why: RegExp): Promise<void> {
    const open = createRedisLink(urls, 'refused');
    for (let attempt = 0; attempt < 3; attempt++)
      await expect(open({ onText: () => undefined, onLost: () => undefined })).rejects.toThrow(why);
    // The server needs a moment to see that a connection is gone.
    while ((await run((client) => client.clientList())).some(({ name }) => name === 'amicus-bus'));
  }

  it('is left no connection by who may not listen', async () => {
    await run((client) =>
      client.sendCommand(['ACL', 'SETUSER', 'deaf', 'on', '>secret', '~*', '+@all', 'resetchannels']),
    );
    await tryInVain([server.url.replace('//', '//deaf:secret@')], /NOPERM/);
  });

  it('is left no connection by who takes it for a part of a Cluster', () =>
    tryInVain([server.url, server.url], /cluster support disabled/));
});

(redisWires.length === 0 ? it.skip : it)(
  'a bus whose server says nothing can be stopped, and comes up when it speaks',
  async () => {
    const server = await RedisServer.start();
    server.freeze();
    const errors: unknown[] = [];
    const join = (): NodesBus =>
      new NodesBus({
        open: createRedisLink([server.url], 'silent'),
        maxBytes: 1_000,
        onError: (error) => errors.push(error),
      });
    try {
      const stopped = join();
      await Promise.all([stopped.start(), stopped.stop()]);
      const bus = join();
      await bus.start();
      expect(bus.isUp).toBe(false);
      expect(errors).toEqual([new Error('Redis did not answer in time.')]);
      const ear = new BusEar(bus);
      server.thaw();
      expect(await ear.next()).toEqual({ kind: 'gap' });
      await bus.stop();
    } finally {
      // One that is left frozen would keep the tests from ending.
      await server.remove();
    }
  },
);

(redisWires.length === 0 ? it.skip : it)(
  'what cannot even be written in time fails with words',
  async () => {
    const server = await RedisServer.start();
    try {
      const open = createRedisLink([server.url], 'late');
      const link = await open({ onText: () => undefined, onLost: () => undefined });
      server.freeze();
      // More than the connection takes in while nobody reads.
      const texts = Array.from({ length: 300 }, () => 'x'.repeat(100_000));
      await expect(link.send(texts)).rejects.toThrow(/^Redis did not answer in time\.$/);
      await link.close();
    } finally {
      await server.remove();
    }
  },
  20_000,
);

function toNumbers(told: readonly Told[]): number[] {
  return toHeads(told)
    .filter(([userID]) => userID !== 'end')
    .map(([userID]) => Number(userID.slice(1)));
}
