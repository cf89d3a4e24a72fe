import { RawSocket } from './support/raw-socket';
import { ADMIN, TestServer } from './support/server';

const LISTEN = 'subscription { friendshipEvents { __typename seq } }';
const ME = '{ me { id } }';

describe('the WebSocket door', () => {
  let server: TestServer;
  const opened: RawSocket[] = [];
  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterEach(() => Promise.all(opened.splice(0).map((socket) => socket.close())));
  afterAll(() => server.stop());

  const init = async (userID: string): Promise<RawSocket> => {
    const socket = await RawSocket.init(server, await server.headers({ userID }));
    opened.push(socket);
    return socket;
  };
  const open = async (): Promise<RawSocket> => {
    const socket = await RawSocket.open(server);
    opened.push(socket);
    return socket;
  };

  it('closes with 4403 without a good token, and says why without showing it', async () => {
    const expired = await server.token('ann', false, -60);
    const ann = await server.token('ann');
    for (const payload of [
      undefined,
      {},
      { authorization: null },
      { authorization: ['Bearer', ann] },
      { authorization: 'Bearer' },
      { authorization: `Bearer ${expired}` },
      { authorization: `Bearer ${ann}x` },
      { authorization: `Bearer ${ann}`, 'x-amicus-act-as': 'bob' },
      { authorization: `Bearer ${await server.token('admin', true)}`, 'x-amicus-act-as': { userID: 'bob' } },
    ]) {
      const socket = await open();
      socket.send({ type: 'connection_init', payload });
      const { code, reason } = await socket.closed;
      expect([payload, code]).toEqual([payload, 4403]);
      expect(reason).not.toBe('');
      expect(reason).not.toContain(ann.slice(-10));
    }
  });

  it('takes the token whatever the case of its name, and the user that an administrator acts for', async () => {
    const { authorization } = await server.headers(ADMIN);
    const socket = await RawSocket.init(server, { Authorization: authorization, 'X-Amicus-Act-As': 'bob' });
    opened.push(socket);
    socket.subscribe('1', ME);
    expect(await socket.next()).toMatchObject({ type: 'next', payload: { data: { me: { id: 'bob' } } } });
  });

  it('closes with 4408 when nobody says who is there', async () => {
    const socket = await open();
    expect((await socket.closed).code).toBe(4408);
  });

  it('closes with 4401 on an operation before the acknowledgement, and 4429 on a second connection_init', async () => {
    const early = await open();
    early.subscribe('1', ME);
    expect((await early.closed).code).toBe(4401);
    const twice = await init('ann');
    twice.send({ type: 'connection_init' });
    expect((await twice.closed).code).toBe(4429);
  });

  it('answers queries and mutations', async () => {
    const socket = await init('ann');
    socket.subscribe('q', 'query ($ids: [ID!]!) { usersInfo(userIDs: $ids) { userID } }', { ids: ['x'] });
    expect(await socket.next()).toEqual({
      id: 'q',
      type: 'next',
      payload: { data: { usersInfo: [{ userID: 'x' }] } },
    });
    expect(await socket.next()).toEqual({ id: 'q', type: 'complete' });
    socket.subscribe('m', 'mutation { setSelfInfo(input: { level: 5 }) { level } }');
    expect(await socket.next()).toMatchObject({ id: 'm', payload: { data: { setSelfInfo: { level: 5 } } } });
    expect(await server.call('ann', '{ me { level } }')).toEqual({ me: { level: 5 } });
  });

  it.each([
    ['{ me { id ', 'GRAPHQL_PARSE_FAILED'],
    ['{ me { nope } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['subscription { friendshipEvents(after: "x") { seq } }', 'BAD_USER_INPUT'],
    ['query ($n: Int!) { friendList(first: $n) { totalCount } }', 'BAD_USER_INPUT'],
    [`{ ${'me { id } '.repeat(2000)} }`, 'GRAPHQL_PARSE_FAILED'],
  ])('a mistake in %s is the error of that operation only', async (query, code) => {
    const socket = await init('ann');
    socket.subscribe('events', LISTEN);
    expect(await socket.next()).toMatchObject({ id: 'events', type: 'next' });
    socket.subscribe('wrong', query);
    const message = await socket.next();
    const errors = Array.isArray(message.payload)
      ? (message.payload as unknown)
      : (message.payload as { errors: unknown }).errors;
    expect(message.id).toBe('wrong');
    expect(errors).toMatchObject([{ extensions: { code } }]);
    expect(JSON.stringify(message)).not.toMatch(/stack|node_modules/);
    await server.call('ann', 'mutation ($n: String!) { setSelfInfo(input: { nickName: $n }) { id } }', {
      n: query.slice(0, 99),
    });
    let event = await socket.next();
    if (event.type === 'complete') event = await socket.next();
    expect(event).toMatchObject({
      id: 'events',
      payload: { data: { friendshipEvents: { __typename: 'SelfInfoUpdated' } } },
    });
  });

  it('an item that fails is presented as over HTTP', async () => {
    const socket = await init('ann');
    socket.subscribe('1', '{ friendList(first: -1) { totalCount } }');
    const answer = await server.send('ann', '{ friendList(first: -1) { totalCount } }');
    expect((await socket.next()).payload).toEqual(answer);
  });

  it('closes with 1009 on a frame over 256 KiB, takes one of just that, and writes nothing beside the log', async () => {
    const log = jest.spyOn(console, 'error');
    try {
      const frame = (bytes: number): string => {
        const text = JSON.stringify({ type: 'ping', payload: { fill: '' } });
        return text.replace('""', `"${'x'.repeat(bytes - text.length)}"`);
      };
      const socket = await init('ann');
      socket.send(frame(256 * 1024));
      expect(await socket.next()).toMatchObject({ type: 'pong' });
      socket.send(frame(256 * 1024 + 1));
      expect((await socket.closed).code).toBe(1009);
      // Before the acknowledgement too.
      const stranger = await open();
      stranger.send(frame(256 * 1024 + 1));
      expect((await stranger.closed).code).toBe(1009);
      expect(log).not.toHaveBeenCalled();
    } finally {
      log.mockRestore();
    }
  });

  it.each(['{', '[]', 'null', '{"type":"nope"}', '{"type":"subscribe"}'])(
    'closes with 4400 on the message %s',
    async (text) => {
      const socket = await init('ann');
      socket.send(text);
      expect((await socket.closed).code).toBe(4400);
      expect(await server.call('ann', ME)).toEqual({ me: { id: 'ann' } });
    },
  );

  it('closes with 4409 on an id that is in use', async () => {
    const socket = await init('ann');
    socket.subscribe('1', LISTEN);
    await socket.next();
    socket.subscribe('1', LISTEN);
    expect((await socket.closed).code).toBe(4409);
  });

  it('closes with 4403 when the token expires, also while events are listened to', async () => {
    const token = await server.token('brief', false, 2);
    const socket = await RawSocket.init(server, { authorization: `Bearer ${token}` });
    opened.push(socket);
    socket.subscribe('1', LISTEN);
    expect(await socket.next()).toMatchObject({ type: 'next' });
    const { code, reason } = await socket.closed;
    expect([code, reason]).toEqual([4403, 'The token has expired']);
  });

  it('closes with 1001 when the server stops, and stopping waits for no client', async () => {
    const other = await TestServer.start();
    const idle = await RawSocket.open(other);
    const socket = await RawSocket.init(other, await other.headers({ userID: 'ann' }));
    opened.push(idle, socket);
    socket.subscribe('1', LISTEN);
    await socket.next();
    await other.stop();
    expect((await socket.closed).code).toBe(1001);
    expect((await idle.closed).code).toBe(1001);
  });
});
