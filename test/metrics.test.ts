import { Client } from 'pg';
import { Registry } from 'prom-client';
import { RawSocket } from './support/raw-socket';
import { ADMIN, TestServer } from './support/server';
import { describeOnStores } from './support/stores';
import type { Config } from '../src/config';

const LISTEN = 'subscription { friendshipEvents { seq } }';
const LISTEN_AFTER = 'subscription ($after: String) { friendshipEvents(after: $after) { seq } }';
const SET_NICK = 'mutation ($nick: String!) { setSelfInfo(input: { nickName: $nick }) { id } }';
const IMPORT = `mutation { importUsers(users: [{ userID: "star" }, { userID: "fan" }]) { code }
  importFriends(userID: "fan", friends: [{ userID: "star" }]) { resultCode } }`;
/** More than one read of the log holds. */
const HISTORY = 20;

/** The metrics without labels, by name. */
async function readMetrics(server: TestServer): Promise<Map<string, number>> {
  const response = await fetch(server.url.replace('/graphql', '/metrics'));
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  const lines = (await response.text()).split('\n').filter((line) => /^\w+ /.test(line));
  return new Map(
    lines.map((line): [string, number] => [line.split(' ')[0] ?? '', Number(line.split(' ')[1])]),
  );
}

describeOnStores('the metrics', (store) => {
  let server: TestServer;
  let place: { config: Partial<Config>; drop(): Promise<void> };
  const clock = { skippedMs: 0, now: (): number => Date.now() + clock.skippedMs };
  beforeAll(async () => {
    const kept = { name: store.name, create: async () => (place = await store.create()) };
    server = await TestServer.start({ store: kept, clock });
    await server.call(ADMIN, IMPORT);
  });
  afterAll(() => server.stop());

  it('are rendered for a part of the time only, however often they are asked for', async () => {
    const RENDERING_MS = 20;
    const beganMs: number[] = [];
    const merge = Registry.merge.bind(Registry);
    const spy = jest.spyOn(Registry, 'merge').mockImplementation((registers) => {
      const startMs = performance.now();
      beganMs.push(startMs);
      while (performance.now() - startMs < RENDERING_MS);
      return merge(registers);
    });
    try {
      for (let count = 0; count < 4; count++) await readMetrics(server);
    } finally {
      spy.mockRestore();
    }
    const pausesMs = beganMs.slice(1).map((ms, index) => ms - (beganMs[index] ?? NaN));
    expect(pausesMs).toHaveLength(3);
    expect(Math.min(...pausesMs)).toBeGreaterThan(RENDERING_MS * 5);
  });

  it('count who listens, and what was delivered', async () => {
    const before = await readMetrics(server);
    const sockets = await Promise.all(
      ['ann', 'ann', 'ben'].map(async (userID) => RawSocket.initAs(server, userID)),
    );
    for (const socket of sockets) {
      socket.subscribe('1', LISTEN);
      await socket.next();
    }
    await server.call('ann', SET_NICK, { nick: 'Ann' });
    for (const socket of sockets.slice(0, 2)) await socket.next();
    const metrics = await readMetrics(server);
    const growth = (name: string): number => (metrics.get(name) ?? NaN) - (before.get(name) ?? NaN);
    expect(growth('amicus_websocket_connections')).toBe(3);
    expect(growth('amicus_subscriptions')).toBe(3);
    expect(growth('amicus_listening_users')).toBe(2);
    expect(growth('amicus_events_delivered_total')).toBe(5);
    expect(metrics.get('amicus_slow_subscriptions_total')).toBe(0);
    expect(metrics.get('amicus_hub_lag_seconds')).toBeGreaterThanOrEqual(0);
    expect(metrics.get('nodejs_eventloop_lag_seconds')).toBeGreaterThanOrEqual(0);
    await Promise.all(sockets.map((socket) => socket.close()));
  });

  it('leave old events out of the lag, and count who reads them until they are all read', async () => {
    const { friendshipEventPosition: after } = await server.call<{ friendshipEventPosition: string }>(
      'hal',
      '{ friendshipEventPosition }',
    );
    for (let count = 0; count < HISTORY; count++) await server.call('hal', SET_NICK, { nick: `${count}` });
    clock.skippedMs = 60_000;
    const socket = await RawSocket.initAs(server, 'hal');
    socket.subscribe('1', LISTEN_AFTER, { after });
    await socket.take(1 + HISTORY);
    const metrics = await readMetrics(server);
    expect(metrics.get('amicus_hub_lag_seconds')).toBeLessThan(30);
    expect(metrics.get('amicus_hub_catching_up_users')).toBe(0);
    await socket.close();
  });

  it('count a copy of a stranger as missed, and nobody’s own profile', async () => {
    const readMisses = async (): Promise<number> =>
      (await readMetrics(server)).get('amicus_stranger_copy_misses_total') ?? NaN;
    const before = await readMisses();
    await server.call('star', '{ me { id } }');
    await server.call('star', '{ usersInfo(userIDs: ["star"]) { userID } }');
    expect(await readMisses()).toBe(before);
    await server.call('star', '{ usersInfo(userIDs: ["star", "admin"]) { userID } }');
    expect(await readMisses()).toBe(before + 1);
  });

  it('say that no profile change waits when all owners were told', async () => {
    const socket = await RawSocket.initAs(server, 'fan');
    socket.subscribe('1', LISTEN);
    await socket.next();
    await server.call('star', SET_NICK, { nick: 'Nova' });
    await socket.next();
    const metrics = await readMetrics(server);
    expect(metrics.get('amicus_profile_fanout_jobs')).toBe(0);
    expect(metrics.get('amicus_profile_fanout_oldest_seconds')).toBe(0);
    await socket.close();
  });

  if (store.name !== 'PostgreSQL') return;

  it('tell how many profile changes wait, and how long the oldest does', async () => {
    const other = new Client({ connectionString: place.config.databaseUrl ?? '' });
    await other.connect();
    // The jobs are there and somebody else has them, who takes his time.
    const nowMs = Date.now();
    await other.query(`BEGIN; INSERT INTO profile_fanout (user_id, position, stop_at, wrapped, requested_at)
      VALUES ('ann', '', '', 0, ${String(nowMs)}), ('ben', '', '', 0, ${String(nowMs + 60_000)})`);
    await other.query('COMMIT; BEGIN');
    const { rows } = await other.query('SELECT 1 FROM profile_fanout FOR UPDATE');
    expect(rows).toHaveLength(2);
    clock.skippedMs = 90_000;
    const metrics = await readMetrics(server);
    expect(metrics.get('amicus_profile_fanout_jobs')).toBe(2);
    expect(metrics.get('amicus_profile_fanout_oldest_seconds')).toBeGreaterThanOrEqual(90);
    expect(metrics.get('amicus_profile_fanout_oldest_seconds')).toBeLessThan(200);
    await other.query('ROLLBACK');
    await other.end();
  });
});
