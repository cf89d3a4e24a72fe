import { createTestDatabase, dropTestDatabase, toDatabaseUrl, withClient } from './support/postgres-server';
import { TestServer } from './support/server';
import { Sockets } from './support/sockets';
import { findPostgres } from './support/stores';

const SET_LEVEL = 'mutation ($level: Int!) { setSelfInfo(input: { level: $level }) { level } }';
const TOO_MANY = { type: 'error', payload: [{ extensions: { code: 'RATE_LIMITED' } }] };
const found = findPostgres();

/** There a transaction of the test's own can hold up what the server does. */
(found === null ? describe.skip : describe)('work under way on a socket (PostgreSQL)', () => {
  const { serverUrl, template } = found ?? { serverUrl: '', template: '' };
  let name: string;
  let server: TestServer;
  const sockets = new Sockets(() => server);
  beforeAll(async () => {
    name = await createTestDatabase(serverUrl, template);
    const store = {
      name: 'one that is held up',
      create: async () => ({
        config: { databaseUrl: toDatabaseUrl(serverUrl, name) },
        drop: () => dropTestDatabase(serverUrl, name),
      }),
    };
    server = await TestServer.start({ store, config: { operationsPerSocket: 3 } });
  });
  afterEach(() => sockets.closeAll());
  afterAll(() => server.stop());

  /** Does the work while no change of the user's can be made. */
  const holdUp = (userID: string, work: () => Promise<void>): Promise<void> =>
    withClient(toDatabaseUrl(serverUrl, name), async (holder) => {
      await holder.query('BEGIN');
      await holder.query('SELECT 1 FROM event_stream WHERE user_id = $1 FOR UPDATE', [userID]);
      await work();
      await holder.query('ROLLBACK');
    });
  const loadLevel = async (userID: string): Promise<number> =>
    (await server.call<{ me: { level: number } }>(userID, '{ me { level } }')).me.level;

  it('counts: one too many is refused, and the others end in any order', async () => {
    const socket = await sockets.init('ann');
    await holdUp('ann', async () => {
      for (const id of ['1', '2']) socket.subscribe(id, SET_LEVEL, { level: Number(id) });
      // It is not held up by what came before it on the same socket.
      socket.subscribe('quick', '{ __typename }');
      expect(await socket.take(2)).toEqual([
        { id: 'quick', type: 'next', payload: { data: { __typename: 'Query' } } },
        { id: 'quick', type: 'complete' },
      ]);
      for (const id of ['3', '4']) socket.subscribe(id, SET_LEVEL, { level: Number(id) });
      expect(await socket.next()).toMatchObject({ id: '4', ...TOO_MANY });
    });
    const messages = await socket.take(6);
    for (const id of ['1', '2', '3']) {
      const own = messages.filter((message) => message.id === id);
      expect(own.map(({ type }) => type)).toEqual(['next', 'complete']);
    }
    expect(await socket.drain()).toEqual([]);
  });

  it('counts until it has ended, also when the client has completed it and hears nothing of it', async () => {
    const socket = await sockets.init('ben');
    await holdUp('ben', async () => {
      for (let level = 1; level <= 10; level++) {
        socket.subscribe('1', SET_LEVEL, { level });
        socket.complete('1');
      }
      socket.subscribe('2', SET_LEVEL, { level: 11 });
      expect(await socket.next()).toMatchObject({ id: '2', ...TOO_MANY });
    });
    // A change behind them: they have ended.
    await server.call('ben', 'mutation { setSelfInfo(input: { nickName: "Ben" }) { id } }');
    expect(await loadLevel('ben')).toBeLessThanOrEqual(3);
    expect(await socket.drain()).toEqual([]);
  });

  it('that the client has completed is not shown when its id belongs to another one', async () => {
    const socket = await sockets.init('cat');
    await holdUp('cat', async () => {
      socket.subscribe('1', SET_LEVEL, { level: 5 });
      socket.complete('1');
      socket.subscribe('1', '{ __typename }');
      expect(await socket.take(2)).toEqual([
        { id: '1', type: 'next', payload: { data: { __typename: 'Query' } } },
        { id: '1', type: 'complete' },
      ]);
      socket.subscribe('1', SET_LEVEL, { level: 6 });
      // Its own, too, is under way when this is answered.
      socket.subscribe('quick', '{ __typename }');
      expect(await socket.take(2)).toMatchObject([{ id: 'quick' }, { id: 'quick' }]);
    });
    expect(await socket.take(2)).toEqual([
      { id: '1', type: 'next', payload: { data: { setSelfInfo: { level: 6 } } } },
      { id: '1', type: 'complete' },
    ]);
    expect(await socket.drain()).toEqual([]);
  });

  it('is finished when the socket goes, and nobody is told', async () => {
    const socket = await sockets.init('dan');
    await holdUp('dan', async () => {
      socket.subscribe('1', SET_LEVEL, { level: 5 });
      socket.subscribe('quick', '{ __typename }');
      await socket.take(2);
      socket.socket.close(1000);
      expect((await socket.closed).code).toBe(1000);
    });
    await server.call('dan', 'mutation { setSelfInfo(input: { nickName: "Dan" }) { id } }');
    expect(await loadLevel('dan')).toBe(5);
    await expect(socket.next()).rejects.toThrow('The socket has closed.');
  });
});
