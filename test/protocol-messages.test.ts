import { RawSocket } from './support/raw-socket';
import { TestServer } from './support/server';
import { Sockets } from './support/sockets';

const subscribe = (payload: unknown): object => ({ type: 'subscribe', id: '1', payload });
const QUERY = '{ me { id } }';

describe('a message that graphql-transport-ws does not know', () => {
  let server: TestServer;
  let watcher: RawSocket;
  const sockets = new Sockets(() => server);
  beforeAll(async () => {
    server = await TestServer.start();
    watcher = await RawSocket.initAs(server, 'ann');
  });
  afterEach(() => sockets.closeAll());
  afterAll(async () => {
    await watcher.close();
    await server.stop();
  });

  it.each([
    ['no text', ''],
    ['no JSON', '{'],
    ['two values', '{"type":"ping"}{"type":"ping"}'],
    ['an array', [{ type: 'ping' }]],
    ['null', null],
    ['a text', '"ping"'],
    ['a number', 1],
    ['no type', {}],
    ['a type that is no text', { type: 1 }],
    ['a type of its own', { type: 'nope' }],
    ['a type in other letters', { type: 'Ping' }],
    ['a type of the older protocol', { type: 'start', id: '1', payload: { query: QUERY } }],
    ['an acknowledgement from the client', { type: 'connection_ack' }],
    ['a result from the client', { type: 'next', id: '1', payload: {} }],
    ['errors from the client', { type: 'error', id: '1', payload: [{ message: 'x' }] }],
    ['connection_init with an array', { type: 'connection_init', payload: [] }],
    ['ping with a text', { type: 'ping', payload: 'x' }],
    ['pong with an array', { type: 'pong', payload: [] }],
    ['complete without id', { type: 'complete' }],
    ['complete with an empty id', { type: 'complete', id: '' }],
    ['subscribe without id', { type: 'subscribe', payload: { query: QUERY } }],
    ['subscribe with an empty id', { type: 'subscribe', id: '', payload: { query: QUERY } }],
    ['subscribe with a number as id', { type: 'subscribe', id: 1, payload: { query: QUERY } }],
    ['subscribe without payload', { type: 'subscribe', id: '1' }],
    ['subscribe with an array', subscribe([QUERY])],
    ['subscribe without query', subscribe({ variables: {} })],
    ['subscribe with a query that is no text', subscribe({ query: { me: 1 } })],
    ['subscribe with variables that are no object', subscribe({ query: QUERY, variables: [1] })],
    ['subscribe with an operationName that is no text', subscribe({ query: QUERY, operationName: 1 })],
    ['subscribe with extensions that are no object', subscribe({ query: QUERY, extensions: 'x' })],
  ])('closes the socket with 4400: %s', async (_name, message) => {
    const text = typeof message === 'string' ? message : JSON.stringify(message);
    for (const socket of [await sockets.open(), await sockets.init('ann')]) {
      socket.send(text);
      const { code, reason } = await socket.closed;
      expect(code).toBe(4400);
      expect(reason).not.toBe('');
      await expect(socket.next()).rejects.toThrow('The socket has closed.');
    }
    // It is that socket's own matter.
    expect(await watcher.drain()).toEqual([]);
  });

  it('closes it at once: what comes behind it is not looked at', async () => {
    const socket = await sockets.init('bob');
    socket.send({ type: 'nope' });
    socket.subscribe('1', 'mutation { setSelfInfo(input: { level: 9 }) { id } }');
    expect((await socket.closed).code).toBe(4400);
    await expect(socket.next()).rejects.toThrow('The socket has closed.');
    expect(await server.call('bob', '{ me { level } }')).toEqual({ me: { level: 0 } });
  });

  it('may be one that holds bytes that are no text: 1007', async () => {
    const socket = await sockets.init('ann');
    socket.socket.send(Buffer.from([0x7b, 0xff, 0xfe]), { binary: false });
    expect((await socket.closed).code).toBe(1007);
  });

  it('is not one that comes as a binary frame, or in pieces: its JSON is read', async () => {
    const socket = await sockets.init('ann');
    const text = JSON.stringify({ type: 'ping', payload: { emoji: '👩‍👩‍👧' } });
    const pong = { ...(JSON.parse(text) as object), type: 'pong' };
    socket.socket.send(Buffer.from(text), { binary: true });
    expect(await socket.next()).toEqual(pong);
    const bytes = Buffer.from(text);
    for (const [index, byte] of bytes.entries()) {
      socket.socket.send(Buffer.of(byte), { binary: false, fin: index === bytes.length - 1 });
    }
    expect(await socket.next()).toEqual(pong);
    socket.socket.send(Buffer.from('{'), { binary: true });
    expect((await socket.closed).code).toBe(4400);
  });

  it('is one that nests too deep; it harms nobody else', async () => {
    // Three levels are those of the message, of its payload and of the variables.
    const nest = (levels: number): string =>
      `{"type":"subscribe","id":"1","payload":{"query":"${QUERY}","variables":{"a":${'['.repeat(levels - 3)}${']'.repeat(levels - 3)}}}}`;
    const fits = await sockets.init('ann');
    fits.send(nest(64));
    // It is read, and so this one operation is refused, for what its variables hold.
    const tooDeep = { extensions: { code: 'QUERY_TOO_COMPLEX', limit: 'valueDepth' } };
    expect(await fits.next()).toMatchObject({ type: 'error', payload: [tooDeep] });
    for (const levels of [65, 100_000]) {
      for (const socket of [await sockets.open(), await sockets.init('ann')]) {
        socket.send(nest(levels));
        expect(await socket.closed).toEqual({ code: 4400, reason: 'Messages nest at most 64 levels deep' });
      }
    }
    expect(await watcher.drain()).toEqual([]);
  });
});
