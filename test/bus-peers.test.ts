import { setTimeout as delay } from 'node:timers/promises';
import type { OpenLink } from '../src/events/bus-link';
import { NodesBus } from '../src/events/bus-nodes';
import { BusPeers } from '../src/events/bus-peers';
import { createRedisLink } from '../src/events/bus-redis';
import { BusEar } from './support/bus-ear';
import { Cable } from './support/cable';
import { canStartRedis, connectRedis, RedisServer } from './support/redis-server';

const PERIOD_MS = 5_000;

describe('who is heard of other processes', () => {
  let peers: BusPeers;
  beforeEach(() => {
    peers = new BusPeers(PERIOD_MS);
    peers.hear('one', 0);
  });

  it('one that misses less than three probes is', () => {
    peers.look(3 * PERIOD_MS - 1);
    expect(peers.areHeard).toBe(true);
    expect(peers.hear('one', 3 * PERIOD_MS)).toBe(false);
  });

  it('one that misses three is not, until it is heard again', () => {
    peers.look(3 * PERIOD_MS);
    expect(peers.areHeard).toBe(false);
    peers.hear('other', 3 * PERIOD_MS);
    expect(peers.areHeard).toBe(false);
    expect(peers.hear('one', 3 * PERIOD_MS)).toBe(true);
    expect(peers.areHeard).toBe(true);
  });

  it('one that said good-bye is not waited for', () => {
    peers.leave('one');
    peers.look(3 * PERIOD_MS);
    expect(peers.areHeard).toBe(true);
  });

  it('all of one that says how many it sent, is when so many came since it said so before', () => {
    peers.countText('one');
    expect(peers.hasMissed('one', 5)).toBe(false);
    for (let count = 0; count < 2; count++) peers.countText('one');
    expect(peers.hasMissed('one', 7)).toBe(false);
    expect(peers.hasMissed('one', 8)).toBe(true);
    expect(peers.hasMissed('one', 8)).toBe(false);
    peers.forgetCounts(0);
    expect(peers.hasMissed('one', 9)).toBe(false);
  });

  it('all of one that is met when this one has just come up, is, whatever it had sent before', () => {
    peers.forgetCounts(PERIOD_MS);
    peers.hear('other', 3 * PERIOD_MS - 1);
    expect(peers.hasMissed('other', 5)).toBe(false);
  });

  it('all of one that comes later is if it has sent nothing yet, and else not: it was cut off until then', () => {
    peers.forgetCounts(PERIOD_MS);
    for (const nodeID of ['new', 'back']) peers.hear(nodeID, 3 * PERIOD_MS);
    expect(peers.hasMissed('new', 0)).toBe(false);
    expect(peers.hasMissed('back', 1)).toBe(true);
    expect(peers.hasMissed('back', 1)).toBe(false);
  });

  it('one that is silent until no copy is left from when it was heard is taken for dead', () => {
    peers.look(620_000 - 1);
    expect(peers.areHeard).toBe(false);
    peers.look(620_000);
    expect(peers.areHeard).toBe(true);
  });
});

(canStartRedis() ? describe : describe.skip)('a bus of which one process alone is cut off', () => {
  let redis: RedisServer;
  let cable: Cable;
  const buses: NodesBus[] = [];
  beforeAll(async () => {
    redis = await RedisServer.start();
    cable = await Cable.lay(redis.port);
  });
  afterEach(() => Promise.all(buses.splice(0).map((bus) => bus.stop())));
  afterAll(async () => {
    await cable.remove();
    await redis.remove();
  });

  async function join(url: string): Promise<NodesBus> {
    const open = createRedisLink([url], 'peers');
    const bus = new NodesBus({ open, maxBytes: 1_000, onError: () => undefined, probeMs: 500 });
    buses.push(bus);
    await startUp(bus);
    return bus;
  }
  /** A machine that is busy may be slower than the first probe: the bus is deaf then, and comes up by itself. */
  async function startUp(bus: NodesBus): Promise<void> {
    await bus.start();
    while (!bus.isUp) await delay(5);
  }
  /** A probe of one of them was heard by the other. */
  async function meet(one: NodesBus, other: NodesBus): Promise<void> {
    const ear = new BusEar(other);
    one.publish([{ userID: 'ann', head: 1 }]);
    await ear.takeUntil('ann');
    ear.stop();
  }

  it('the others notice, and take it for a gap when they hear it again, though it had nothing to tell', async () => {
    const [one, other] = [await join(`redis://${cable.address}`), await join(redis.url)];
    await meet(one, other);
    const ear = new BusEar(other);
    cable.swallow();
    while (other.hearsAll) await delay(5);
    // On a machine that is busy it may be deaf itself for a moment, which is a gap of its own.
    while (!other.isUp) await ear.next();
    ear.takeAll();
    cable.flow();
    const isHeard = (): boolean => other.hearsAll;
    do expect(await ear.next()).toEqual({ kind: 'gap' });
    while (!isHeard());
  });

  it('one that has said good-bye says nothing more, however long that takes', async () => {
    const said: string[] = [];
    const open: OpenLink = async (events) => {
      const link = await createRedisLink([redis.url], 'peers')(events);
      let end: () => void = () => undefined;
      const ended = new Promise<void>((resolve) => {
        end = resolve;
      });
      return {
        // Until the link is given up, or something more is said.
        send: async (texts) => {
          if (said.some((text) => text.includes('"bye"'))) end();
          said.push(...texts);
          await link.send(texts);
          if (texts.some((text) => text.includes('"bye"'))) await ended;
        },
        close: async () => {
          end();
          await link.close();
        },
      };
    };
    const bus = new NodesBus({ open, maxBytes: 1_000, onError: () => undefined, probeMs: 50 });
    await startUp(bus);
    const stopped = bus.stop();
    while (!said.at(-1)?.includes('"bye"')) await delay(5);
    bus.publish([{ userID: 'ann', head: 1 }]);
    bus.publishEdges([{ ownerID: 'ann', peerID: 'bob' }]);
    bus.publishGap();
    await stopped;
    expect(said.at(-1)).toContain('"bye"');
  });

  it('what another version says counts among what was sent, whatever it means', async () => {
    const bus = await join(redis.url);
    const ear = new BusEar(bus);
    const client = await connectRedis(redis.url);
    const say = (text: string): Promise<number> => client.publish('peers', `["ghost",${text}]`);
    for (const text of ['"probe",0', '"of tomorrow",1', '"hints","ann",1', '"probe",2', '"hints","ann",2'])
      await say(text);
    for (const head of [1, 2]) {
      expect(await ear.next()).toEqual({ kind: 'hints', hints: [{ userID: 'ann', head }] });
    }
    await say('"probe",4');
    expect(await ear.next()).toEqual({ kind: 'gap' });
    client.destroy();
  });

  it('good-bye after silence is a gap: what was said before it may not have been heard', async () => {
    const bus = await join(redis.url);
    const ear = new BusEar(bus);
    const client = await connectRedis(redis.url);
    await client.publish('peers', '["ghost","probe"]');
    await client.publish('peers', '["ghost","hints","ann",1]');
    await ear.takeUntil('ann');
    while (bus.hearsAll) await delay(5);
    await client.publish('peers', '["ghost","bye"]');
    const isHeard = (): boolean => bus.hearsAll;
    while (!isHeard()) await delay(5);
    expect(ear.takeAll()).toContainEqual({ kind: 'gap' });
    client.destroy();
  });

  it('one that stops in order is missed by nobody', async () => {
    const [one, other] = [await join(redis.url), await join(redis.url)];
    const third = await join(`redis://${cable.address}`);
    await meet(one, other);
    await meet(third, other);
    await one.stop();
    // By the time that this one is missed, that one would be.
    cable.swallow();
    while (other.hearsAll) await delay(5);
    cable.flow();
    const isHeard = (): boolean => other.hearsAll;
    while (!isHeard()) await delay(5);
  });
});
