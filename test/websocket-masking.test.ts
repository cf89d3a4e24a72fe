import { BreakableStore } from './support/breakable-store';
import type { Message } from './support/raw-socket';
import { TestServer } from './support/server';
import { Sockets } from './support/sockets';

const LISTEN = `subscription ($after: String) { friendshipEvents(after: $after) { __typename
  ... on BlockListAdded { blockedUsers { userID } } } }`;
const errorID = expect.stringMatching(/^[0-9a-f-]{36}$/) as string;
const MASKED = {
  message: expect.stringMatching(
    /^Something went wrong here\. The log has the details under [0-9a-f-]{36}\.$/,
  ) as string,
  extensions: { code: 'INTERNAL_SERVER_ERROR', errorID },
};

describe('a defect of the server over the socket', () => {
  const store = new BreakableStore();
  const log: string[] = [];
  const sockets = new Sockets(() => server);
  let server: TestServer;
  let stderr: jest.SpyInstance;
  beforeAll(async () => {
    stderr = jest.spyOn(process.stderr, 'write').mockImplementation((line) => {
      log.push(String(line));
      return true;
    });
    server = await TestServer.start({ store, config: { logLevel: 'error' } });
    await server.call('bob', '{ me { id } }');
  });
  beforeEach(() => {
    log.length = 0;
  });
  afterEach(() => sockets.closeAll());
  afterAll(async () => {
    await server.stop();
    stderr.mockRestore();
  });

  /** The log has what the client was not shown, once, under the id that the client was shown. */
  function expectMasked(message: Message, table: string): void {
    const text = JSON.stringify(message);
    expect(text).not.toMatch(new RegExp(`no such table|SQLITE|node_modules|\\.js:|\\.ts:|"${table}"`, 'i'));
    const id = /"errorID":"([^"]+)"/.exec(text)?.[1] ?? 'none';
    const lines = log.filter((line) => line.includes(id));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(`no such table: ${table}`);
  }

  it.each([
    ['query', '{ me { id } blockList { nodes { userID } } }', 'blockList'],
    ['mutation', 'mutation { addToBlockList(userIDs: ["bob"]) { resultCode } }', 'addToBlockList'],
  ])('in a field of a %s is masked in next, and complete follows', async (_kind, query, field) => {
    const socket = await sockets.init('ann');
    const [next, complete] = await store.without('block', () => {
      socket.subscribe('1', query);
      return socket.take(2);
    });
    expect(next).toMatchObject({
      id: '1',
      type: 'next',
      payload: { data: null, errors: [{ ...MASKED, path: [field] }] },
    });
    expect(complete).toEqual({ id: '1', type: 'complete' });
    if (next !== undefined) expectMasked(next, 'block');
    expect(await socket.drain()).toEqual([]);
  });

  it('in an event is masked in its next, and the stream goes on', async () => {
    const socket = await sockets.init('cat');
    socket.subscribe('p', '{ friendshipEventPosition }');
    const [position] = await socket.take(2);
    const after = (position?.payload as { data: { friendshipEventPosition: string } }).data
      .friendshipEventPosition;
    await server.call('cat', 'mutation { addToBlockList(userIDs: ["bob"]) { resultCode } }');
    const [opened, failed] = await store.without('block', () => {
      socket.subscribe('1', LISTEN, { after });
      return socket.take(2);
    });
    expect(opened).toMatchObject({ payload: { data: { friendshipEvents: { __typename: 'StreamOpened' } } } });
    expect(failed).toMatchObject({ id: '1', type: 'next', payload: { errors: [MASKED] } });
    if (failed !== undefined) expectMasked(failed, 'block');
    await server.call('cat', 'mutation { setSelfInfo(input: { level: 1 }) { id } }');
    expect(await socket.next()).toEqual({
      id: '1',
      type: 'next',
      payload: { data: { friendshipEvents: { __typename: 'SelfInfoUpdated' } } },
    });
  });

  it('while a stream is opened is masked, and the operation has ended', async () => {
    const socket = await sockets.init('ann');
    const [next, complete] = await store.without('event_stream', () => {
      socket.subscribe('1', LISTEN);
      return socket.take(2);
    });
    expect(next).toMatchObject({ id: '1', type: 'next', payload: { errors: [MASKED] } });
    expect(complete).toEqual({ id: '1', type: 'complete' });
    if (next !== undefined) expectMasked(next, 'event_stream');
    socket.subscribe('1', LISTEN);
    expect(await socket.next()).toMatchObject({ id: '1', type: 'next' });
  });

  it('in a stream under way is masked in error, the last word of that stream, and the socket stays', async () => {
    const socket = await sockets.init('dan');
    socket.subscribe('1', LISTEN);
    await socket.next();
    const errors = await store.without('event', () => {
      // The second one has the server read the log.
      socket.subscribe('2', LISTEN);
      return socket.take(2);
    });
    expect(errors.map(({ id, type }) => [id, type]).sort()).toEqual([
      ['1', 'error'],
      ['2', 'error'],
    ]);
    for (const message of errors) {
      expect(message.payload).toEqual([MASKED]);
      expectMasked(message, 'event');
    }
    expect(await socket.drain()).toEqual([]);
    socket.subscribe('1', LISTEN);
    expect(await socket.next()).toMatchObject({ id: '1', type: 'next' });
  });

  it('while a connection is asked for closes with 1011, and only the log says why', async () => {
    const socket = await sockets.open();
    const { code, reason } = await store.without('user', async () => {
      socket.send({ type: 'connection_init', payload: await server.headers('newcomer') });
      return socket.closed;
    });
    expect([code, reason]).toEqual([1011, 'Something went wrong here']);
    expect(log.filter((line) => line.includes('no such table: user'))).toHaveLength(1);
  });
});
