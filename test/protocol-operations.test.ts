import { Sockets } from './support/sockets';

const ME = '{ me { id } }';
const TWO = 'query One { me { id } } query Two { me { level } }';
const answer = (id: string, data: unknown): unknown[] => [
  { id, type: 'next', payload: { data } },
  { id, type: 'complete' },
];

describe('an operation with a single result', () => {
  const sockets = Sockets.onOwnServer();

  it.each([
    ['query', ME, { me: { id: 'ann' } }],
    ['mutation', 'mutation { setSelfInfo(input: { level: 5 }) { level } }', { setSelfInfo: { level: 5 } }],
  ])('that is a %s is answered by next, then complete, and nothing else', async (_kind, query, data) => {
    const socket = await sockets.init('ann');
    socket.subscribe('1', query);
    expect(await socket.take(2)).toEqual(answer('1', data));
    expect(await socket.drain()).toEqual([]);
  });

  it.each([
    ['a letter', 'q'],
    ['a blank', ' '],
    ['what JSON escapes', '"\\\n'],
    ['a picture', '👩‍👩‍👧'],
    ['the name of what every object has', '__proto__'],
    ['a thousand letters', 'x'.repeat(1000)],
  ])('is answered under its own id, whatever that is: %s', async (_name, id) => {
    const socket = await sockets.init('ann');
    socket.subscribe(id, ME);
    expect(await socket.take(2)).toEqual(answer(id, { me: { id: 'ann' } }));
  });

  it('gives its id back when it is complete, for an operation of any kind', async () => {
    const socket = await sockets.init('ann');
    for (let count = 0; count < 3; count++) {
      socket.subscribe('1', ME);
      expect(await socket.take(2)).toEqual(answer('1', { me: { id: 'ann' } }));
    }
    socket.subscribe('1', 'subscription { friendshipEvents { __typename } }');
    expect(await socket.next()).toMatchObject({ id: '1', type: 'next' });
  });

  it('goes on beside others on the same socket, each answered once, under its own id', async () => {
    const socket = await sockets.init('ann');
    const ids = Array.from({ length: 20 }, (_, index) => `op ${String(index)}`);
    for (const id of ids) {
      socket.subscribe(id, 'query ($id: ID!) { usersInfo(userIDs: [$id]) { userID } }', { id });
    }
    const messages = await socket.take(2 * ids.length);
    for (const id of ids) {
      const own = messages.filter((message) => message.id === id);
      expect(own).toEqual(answer(id, { usersInfo: [{ userID: id }] }));
    }
    expect(await socket.drain()).toEqual([]);
  });

  it.each([
    ['no variables', { query: ME, variables: null }, { me: { id: 'ann' } }],
    ['extensions', { query: ME, extensions: { trace: 'x' } }, { me: { id: 'ann' } }],
    ['no extensions', { query: ME, extensions: null }, { me: { id: 'ann' } }],
    ['no operation name', { query: ME, operationName: null }, { me: { id: 'ann' } }],
    ['the name of the first', { query: TWO, operationName: 'One' }, { me: { id: 'ann' } }],
    ['the name of the second', { query: TWO, operationName: 'Two' }, { me: { level: 0 } }],
  ])('may come with %s', async (_name, payload, data) => {
    const socket = await sockets.init('ann');
    await sockets.server.call('ann', 'mutation { setSelfInfo(input: { level: 0 }) { id } }');
    socket.send({ type: 'subscribe', id: '1', payload });
    expect(await socket.take(2)).toEqual(answer('1', data));
  });

  it.each([
    ['does not parse', { query: '{ me { id ' }, 'GRAPHQL_PARSE_FAILED'],
    ['asks for what is not there', { query: '{ me { nope } }' }, 'GRAPHQL_VALIDATION_FAILED'],
    ['does not say which one', { query: TWO }, 'OPERATION_RESOLUTION_FAILURE'],
    ['names one that is not there', { query: TWO, operationName: 'Three' }, 'OPERATION_RESOLUTION_FAILURE'],
    ['has an empty name', { query: ME, operationName: '' }, 'OPERATION_RESOLUTION_FAILURE'],
    ['has no operation', { query: 'fragment F on User { id }' }, 'GRAPHQL_VALIDATION_FAILED'],
    ['is empty', { query: '' }, 'GRAPHQL_PARSE_FAILED'],
  ])('that %s ends with error, a list of errors, and nothing else', async (_name, payload, code) => {
    const socket = await sockets.init('ann');
    socket.send({ type: 'subscribe', id: '1', payload });
    const error = { message: expect.any(String) as string, extensions: { code } };
    expect(await socket.next()).toMatchObject({ id: '1', type: 'error', payload: [error] });
    expect(await socket.drain()).toEqual([]);
    // The socket stays, and so does nothing of the operation.
    socket.subscribe('1', ME);
    expect(await socket.take(2)).toEqual(answer('1', { me: { id: 'ann' } }));
  });

  it.each([undefined, 'Three', ''])(
    'that is not in its document, %j, is told of as over HTTP',
    async (operationName) => {
      const socket = await sockets.init('ann');
      const payload = { query: TWO, operationName };
      socket.send({ type: 'subscribe', id: '1', payload });
      const { errors } = await sockets.server.ask('ann', payload);
      expect(errors).toHaveLength(1);
      expect(await socket.next()).toEqual({ id: '1', type: 'error', payload: errors });
    },
  );

  it('that fails while it is executed has its errors in next, then complete', async () => {
    const socket = await sockets.init('ann');
    socket.subscribe('1', '{ me { id } friendList(first: -1) { totalCount } }');
    const errors = [{ path: ['friendList'], extensions: { code: 'BAD_USER_INPUT' } }];
    expect(await socket.take(2)).toMatchObject([
      { id: '1', type: 'next', payload: { data: null, errors } },
      { id: '1', type: 'complete' },
    ]);
    expect(await socket.drain()).toEqual([]);
  });
});
