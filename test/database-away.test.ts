import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { migrateDatabase } from '../src/database/open-database';
import { Cable } from './support/cable';
import { LogLines } from './support/log-lines';
import { probe, waitUntilReady } from './support/nodes';
import { PostgresServer } from './support/own-postgres';
import { createUsers } from './support/people';
import { findOwnPostgres } from './support/postgres-programs';
import { TestServer } from './support/server';
import { Sockets } from './support/sockets';
import { findPostgres, findStore } from './support/stores';

const LISTEN = 'subscription ($after: String) { friendshipEvents(after: $after) { __typename seq cursor } }';
const TRY_AGAIN_LATER = 1013;
/** What is asked again and again for three seconds until it is given up, and a busy machine. */
const PATIENCE_MS = 60_000;

(findPostgres() === null ? describe.skip : describe)('while the database cannot be reached', () => {
  const sockets = new Sockets(() => server);
  const log = new LogLines();
  let cable: Cable;
  let server: TestServer;
  let drop: () => Promise<void>;

  beforeAll(async () => {
    const place = await findStore('PostgreSQL').create();
    ({ drop } = place);
    const laid = await Cable.layToDatabase(place.config.databaseUrl ?? '');
    ({ cable } = laid);
    const create = () =>
      Promise.resolve({ config: { databaseUrl: laid.url }, drop: () => Promise.resolve() });
    server = await TestServer.start({
      store: { name: 'by a cable', create },
      config: { logLevel: 'info', logRequests: true },
      logTo: log,
      rereads: true,
    });
    await createUsers(server, ['ann', 'bob']);
  });
  beforeEach(() => {
    cable.plug();
  });
  afterEach(() => sockets.closeAll());
  afterAll(async () => {
    cable.plug();
    await server.stop();
    await cable.remove();
    await drop();
  });

  /** The code with which clients come back by themselves; after others, and after an error, they give up. */
  const expectSentAway = async ({ closed }: { closed: Promise<{ code: number }> }): Promise<void> => {
    expect((await closed).code).toBe(TRY_AGAIN_LATER);
  };

  it(
    'who listens is sent away, and finds everything when it is back with its cursor',
    async () => {
      const socket = await sockets.init('ann');
      socket.subscribe('1', LISTEN);
      const opened = (await socket.next()) as { payload: { data: { friendshipEvents: { cursor: string } } } };
      cable.unplug();
      // The log is read every five seconds.
      await expectSentAway(socket);
      cable.plug();
      await server.call('ann', 'mutation { setSelfInfo(input: { level: 1 }) { id } }');
      const again = await sockets.init('ann');
      again.subscribe('1', LISTEN, { after: opened.payload.data.friendshipEvents.cursor });
      expect(await again.take(2)).toMatchObject([
        { payload: { data: { friendshipEvents: { __typename: 'StreamOpened' } } } },
        { payload: { data: { friendshipEvents: { __typename: 'SelfInfoUpdated', seq: 1 } } } },
      ]);
    },
    PATIENCE_MS,
  );

  it(
    'who begins to listen is sent away',
    async () => {
      const socket = await sockets.init('ann');
      cable.unplug();
      socket.subscribe('1', LISTEN);
      await expectSentAway(socket);
    },
    PATIENCE_MS,
  );

  it(
    'who connects is sent away',
    async () => {
      const socket = await sockets.open();
      cable.unplug();
      socket.send({ type: 'connection_init', payload: await server.headers('newcomer') });
      await expectSentAway(socket);
    },
    PATIENCE_MS,
  );

  const post = async (userID: string, query: string): Promise<Response> =>
    fetch(server.url, {
      method: 'POST',
      headers: { ...(await server.headers(userID)), 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
  const UNAVAILABLE = {
    message: 'The service is unavailable now, try again later.',
    extensions: { code: 'SERVICE_UNAVAILABLE' },
  };

  it.each([
    ['a query', 'ann', '{ me { id } }'],
    ['a mutation', 'bob', 'mutation { setSelfInfo(input: { level: 2 }) { id } }'],
    ['the first call of a user', 'stranger', '{ me { id } }'],
  ])(
    '%s is answered 503 and when to try again, and nothing of the database',
    async (_what, user, query) => {
      cable.unplug();
      const response = await post(user, query);
      expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
      const text = await response.text();
      expect(JSON.parse(text)).toMatchObject({ errors: [UNAVAILABLE] });
      expect(text).not.toMatch(/postgres|127\.0\.0\.1|ECONN|errorID|stack/i);
      cable.plug();
      expect((await post(user, query)).status).toBe(200);
    },
    PATIENCE_MS,
  );

  it(
    'an answer that has data is none of these: it has what there is, and why the rest is missing',
    async () => {
      // When other servers are heard again, everybody is looked up anew.
      await waitUntilReady(server, 'ready');
      expect((await post('ann', '{ me { id } }')).status).toBe(200);
      cable.unplug();
      const response = await post('ann', '{ __typename exportUser(userID: "ann") }');
      const answer: unknown = await response.json();
      expect([response.status, response.headers.get('retry-after'), answer]).toMatchObject([
        200,
        null,
        { data: { __typename: 'Query', exportUser: null }, errors: [UNAVAILABLE] },
      ]);
    },
    PATIENCE_MS,
  );

  it(
    'an operation over WebSocket is answered likewise, and the socket goes on',
    async () => {
      const socket = await sockets.init('ann');
      cable.unplug();
      socket.subscribe('1', '{ me { id } }');
      expect(await socket.next()).toMatchObject({ id: '1', payload: { errors: [UNAVAILABLE] } });
      await socket.next();
      cable.plug();
      socket.subscribe('2', '{ me { id } }');
      expect(await socket.next()).toMatchObject({ id: '2', payload: { data: { me: { id: 'ann' } } } });
    },
    PATIENCE_MS,
  );

  it(
    'the log has a line a second at most, without stacks, and who watches tells when it begins and ends',
    async () => {
      const heard = 'revocations by other servers are heard of again';
      const countEnds = (): number => log.find(heard).length;
      await waitUntilReady(server, 'ready');
      // Whether they are heard of is found out apart from that: what was lost in the tests before has to be over.
      const before = log.find(LOST, isOfRevocations).length;
      await log.until(heard, before);
      expect(countEnds()).toBe(before);
      const startedAtMs = performance.now();
      const lines = log.find(MISSED).length;
      cable.unplug();
      for (let time = 0; time < 2; time++)
        await Promise.all(Array.from({ length: 20 }, () => post('ann', '{ me { id } }')));
      await log.until(LOST, before + 1, isOfRevocations);
      const seconds = Math.ceil((performance.now() - startedAtMs) / 1_000);
      const missed = log.find(MISSED).slice(lines);
      expect(countEnds()).toBe(before);
      cable.plug();
      await log.until(heard, before + 1);
      expect(missed.length).toBeGreaterThan(0);
      expect(missed.length).toBeLessThanOrEqual(seconds + 1);
      for (const line of missed)
        expect(line).toMatchObject({ level: 40, reason: expect.any(String) as string });
      expect(JSON.stringify(missed)).not.toContain('stack');
      expect(log.find(LOST, isOfRevocations).length - before).toBe(1);
      expect([countEnds() - before, log.find('a defect was masked').length]).toEqual([1, 0]);
      expect(
        log.find('operation').some(({ code, status }) => code === 'SERVICE_UNAVAILABLE' && status === 503),
      ).toBe(true);
    },
    PATIENCE_MS,
  );

  it(
    'the server is not ready, and is ready again when it answers; it is asked once a second however many want to know',
    async () => {
      await waitUntilReady(server, 'ready');
      const startedAtMs = performance.now();
      server.statements.length = 0;
      for (let time = 0; time < 100; time++)
        expect(await probe(server)).toEqual({ status: 200, text: 'ready' });
      const seconds = Math.ceil((performance.now() - startedAtMs) / 1_000);
      const asked = server.statements.filter((sql) => sql === 'SELECT 1 AS answer').length;
      expect(asked).toBeLessThanOrEqual(seconds + 1);
      for (const trouble of ['unplug', 'swallow'] as const) {
        cable[trouble]();
        await waitUntilReady(server, 'not ready: the database does not answer');
        expect((await probe(server)).status).toBe(503);
        expect((await fetch(new URL('/livez', server.url))).status).toBe(200);
        if (trouble === 'unplug') cable.plug();
        else cable.flow();
        await waitUntilReady(server, 'ready');
      }
    },
    PATIENCE_MS,
  );
});

const MISSED = 'the database cannot be reached';
const LOST = 'something failed in the background';

function isOfRevocations({ err }: Record<string, unknown>): boolean {
  return JSON.stringify(err).includes('Revocations by other servers');
}

(findOwnPostgres() === null ? describe.skip : describe)('while nobody listens at the Unix socket', () => {
  it(
    'a call is told to try again, and who listens is sent away',
    async () => {
      // Short, as such a path has to be.
      const folder = await mkdtemp('/tmp/amicus-');
      await chmod(folder, 0o777);
      const postgres = await PostgresServer.start([
        '-c',
        'fsync=off',
        '-c',
        `unix_socket_directories=${folder}`,
      ]);
      const databaseUrl = `${postgres.url}?host=${folder}`;
      await migrateDatabase({ dataDir: '', databaseUrl });
      const create = () =>
        Promise.resolve({ config: { databaseUrl }, drop: () => rm(folder, { recursive: true }) });
      const server = await TestServer.start({ store: { name: 'by a socket', create }, rereads: true });
      const sockets = new Sockets(() => server);
      await createUsers(server, ['ann']);
      const socket = await sockets.init('ann');
      socket.subscribe('1', LISTEN);
      await socket.next();
      await postgres.crash();
      expect(await server.send('ann', 'mutation { setSelfInfo(input: { level: 1 }) { id } }')).toMatchObject({
        errors: [{ extensions: { code: 'SERVICE_UNAVAILABLE' } }],
      });
      expect((await socket.closed).code).toBe(TRY_AGAIN_LATER);
      await sockets.closeAll();
      await server.stop();
      await postgres.remove();
    },
    PATIENCE_MS,
  );
});
