import { Client } from 'pg';
import { readGauges } from './support/gauges';
import { RawConnection } from './support/raw-connection';
import { TestServer } from './support/server';
import { Sockets } from './support/sockets';
import { describeOnStores } from './support/stores';

const MAX = 20;
const ME = { query: '{ me { id } }' };
const SET_LEVEL = 'mutation { setSelfInfo(input: { level: 3 }) { level } }';

describeOnStores('when all connections are taken', (store) => {
  let server: TestServer;
  let databaseUrl: string | null | undefined;
  const sockets = new Sockets(() => server);
  const strangers: RawConnection[] = [];
  beforeAll(async () => {
    const create = async (): ReturnType<typeof store.create> => {
      const place = await store.create();
      ({ databaseUrl } = place.config);
      return place;
    };
    server = await TestServer.start({ store: { name: store.name, create }, config: { maxConnections: MAX } });
    await server.call('ann', '{ me { id } }');
  });
  afterEach(async () => {
    for (const stranger of strangers.splice(0)) stranger.close();
    await sockets.closeAll();
  });
  afterAll(() => server.stop());

  /** Connected, and without a valid token: silent, served once, refused once, or a WebSocket that nobody has asked for. */
  const openStranger = async (index: number): Promise<RawConnection> => {
    const stranger = await RawConnection.open(server.url);
    strangers.push(stranger);
    if (index % 4 === 1) stranger.write('GET /livez HTTP/1.1\r\nHost: x\r\n\r\n');
    if (index % 4 === 2) stranger.write('GET /graphql?query={me{id}} HTTP/1.1\r\nHost: x\r\n\r\n');
    if (index % 4 === 3) await sockets.open();
    return stranger;
  };
  /** An HTTP connection of its own that carries a token, kept open by the client. */
  const openGuest = async (...bodies: object[]): Promise<RawConnection> => {
    const guest = await RawConnection.open(server.url);
    strangers.push(guest);
    const { authorization } = await server.headers('ann');
    const head = `POST /graphql HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nContent-Type: application/json\r\n`;
    const texts = bodies.map((body) => JSON.stringify(body));
    // In one piece: the server answers in the order in which they were asked.
    guest.write(texts.map((text) => `${head}Content-Length: ${text.length}\r\n\r\n${text}`).join(''));
    return guest;
  };

  it('those that have closed take no room: nobody has to go for who comes after them', async () => {
    const loadDropped = async (): Promise<number | undefined> =>
      (await readGauges(server.url)).get('amicus_connections_dropped_total');
    const before = await loadDropped();
    for (let index = 0; index < MAX * 2; index++) {
      const visitor = await RawConnection.open(server.url);
      visitor.write('GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
      expect(await visitor.untilClosed()).toContain('200');
    }
    expect(await loadDropped()).toBe(before);
  });

  it('one more is taken, and the one goes that has been idle longest', async () => {
    const open: RawConnection[] = [];
    // Whatever was open before is older, and gone then.
    while (open.length < MAX) open.push(await RawConnection.open(server.url));
    strangers.push(...open);
    const [first, second] = open;
    first?.write('GET /livez HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(await first?.until((text) => text.includes('ok'))).toContain('200');
    await openGuest(ME);
    await first?.closed;
    expect(second?.socket.destroyed).toBe(false);
    const gauges = await readGauges(server.url);
    await second?.closed;
    expect(gauges.get('amicus_connections')).toBe(MAX);
    expect(gauges.get('amicus_connections_dropped_total')).toBeGreaterThanOrEqual(2);
  });

  it('strangers drive out strangers: who is signed in stays and is served, and so is who comes', async () => {
    const listener = await sockets.init('ann');
    listener.subscribe('1', 'subscription { friendshipEvents { seq type } }');
    await listener.next();
    for (let index = 0; index < MAX * 3; index++) {
      await openStranger(index);
      if (index % 10 > 0) continue;
      const guest = await openGuest(ME);
      expect(await guest.until((text) => text.includes('}}}'))).toContain('{"data":{"me":{"id":"ann"}}}');
    }
    expect(listener.socket.readyState).toBe(listener.socket.OPEN);
    const guest = await openGuest({ query: SET_LEVEL });
    await guest.until((text) => text.includes('}}}'));
    expect(await listener.next()).toMatchObject({
      payload: { data: { friendshipEvents: { type: 'SELF_INFO_UPDATED' } } },
    });
    expect((await readGauges(server.url)).get('amicus_connections')).toBeLessThanOrEqual(MAX);
  });

  if (store.name !== 'PostgreSQL') return;

  it.each([
    ['alone', []],
    ['behind one that is answered', [ME]],
  ])('a request of somebody signed in ends, however long it takes, %s', async (_where, before) => {
    const other = new Client({ connectionString: databaseUrl ?? '' });
    await other.connect();
    await other.query('BEGIN');
    await other.query(`SELECT 1 FROM event_stream WHERE user_id = 'ann' FOR UPDATE`);
    const changing = await openGuest(...before, { query: SET_LEVEL });
    // So that this one has come as far as the lock.
    const { rows } = await untilWaiting(other);
    expect(rows).toHaveLength(1);
    for (let index = 0; index < MAX * 2; index++) await openStranger(index);
    await other.query('COMMIT');
    await other.end();
    expect(await changing.until((text) => text.includes('setSelfInfo'))).toContain(
      '{"setSelfInfo":{"level":3}}',
    );
  });
});

async function untilWaiting(client: Client): Promise<{ rows: unknown[] }> {
  for (;;) {
    const found = await client.query(
      `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    if (found.rows.length > 0) return found;
  }
}
