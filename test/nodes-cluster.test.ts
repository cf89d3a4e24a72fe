import { TestListener } from './support/listener';
import { describeWithOwnRedis, Nodes, probe, waitUntilReady } from './support/nodes';
import { follow, toIDs } from './support/people';
import { RedisCluster } from './support/redis-cluster';
import type { TestServer } from './support/server';

const SET_NICK = 'mutation ($nick: String!) { setSelfInfo(input: { nickName: $nick }) { id } }';
const DEGRADED = 'degraded: the bus is down';
const PATIENCE_MS = 90_000;

describeWithOwnRedis('two servers on a Redis Cluster whose masters die', () => {
  const owners = toIDs(20, 'owner');
  let cluster: RedisCluster;
  let nodes: Nodes;
  let one: TestServer;
  let other: TestServer;
  let devices: TestListener[];
  /** Each owner's position in the stream. */
  let seq = 1;

  beforeAll(async () => {
    cluster = await RedisCluster.start();
    // Connected to different masters, the first to the one that dies first.
    const config = { redisUrls: cluster.urls.toReversed() };
    nodes = await Nodes.start({ config, rereads: true }, { redisUrls: cluster.urls });
    ({ one, other } = nodes);
    for (const owner of owners) await follow(one, owner, 'star');
    devices = await Promise.all(
      owners.map(
        async (owner, index) => (await TestListener.open(index % 2 === 0 ? one : other, owner)).listener,
      ),
    );
  }, PATIENCE_MS);
  afterAll(async () => {
    await Promise.all(devices.map((device) => device.stop()));
    await nodes.stop();
    await cluster.remove();
  });

  /** Twenty times on each of the servers as often as a hub reads the log by itself, within the time of a test. */
  async function expectAllHear(times: number): Promise<void> {
    for (let round = 1; round <= times; round++) {
      for (const server of [one, other]) {
        await server.call('star', SET_NICK, { nick: `Nova ${++seq}` });
        for (const device of devices)
          expect(await device.next()).toMatchObject({
            type: 'FRIEND_INFO_CHANGED',
            seq,
            friends: [{ user: { nickName: `Nova ${seq}` } }],
          });
      }
    }
  }

  it('who listens to either of them hears what is told on the other', () => expectAllHear(10), PATIENCE_MS);

  it(
    'one master is killed while events flow: they go on, and all are ready on those that are left',
    async () => {
      const flowing = expectAllHear(10);
      await cluster.masters[0]?.kill();
      await flowing;
      await Promise.all([one, other].map((server) => waitUntilReady(server, 'ready')));
      await expectAllHear(10);
    },
    PATIENCE_MS,
  );

  it(
    'all are gone: degraded, and events come from the log; ready when masters are back',
    async () => {
      const left = cluster.masters.slice(1);
      await Promise.all(left.map((master) => master.kill()));
      await Promise.all([one, other].map((server) => waitUntilReady(server, DEGRADED)));
      await expectAllHear(1);
      expect([await probe(one), await probe(other)]).toEqual([
        { status: 200, text: DEGRADED },
        { status: 200, text: DEGRADED },
      ]);
      await Promise.all(cluster.masters.map((master) => master.run()));
      await Promise.all([one, other].map((server) => waitUntilReady(server, 'ready')));
      await expectAllHear(1);
    },
    PATIENCE_MS,
  );
});
