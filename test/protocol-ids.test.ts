import { Sockets } from './support/sockets';

const LISTEN = 'subscription { friendshipEvents { __typename } }';
const ME = '{ me { id } }';
const STRANGERS = 'query ($ids: [ID!]!) { usersInfo(userIDs: $ids) { userID } }';

describe('an operation id', () => {
  const sockets = Sockets.onOwnServer();

  it.each([
    ['a stream', 'another', LISTEN, LISTEN],
    ['a stream', 'a query', LISTEN, ME],
    ['a query under way', 'another', ME, ME],
    ['a query under way', 'a stream', ME, LISTEN],
  ])('that %s has is not free for %s: 4409', async (_first, _second, first, second) => {
    const socket = await sockets.init('ann');
    socket.subscribe('1', first);
    if (first === LISTEN) await socket.next();
    socket.subscribe('1', second);
    expect(await socket.closed).toEqual({ code: 4409, reason: 'Subscriber for 1 already exists' });
  });

  it.each([
    ['98 letters', 'x'.repeat(98)],
    ['60 letters of two bytes', 'é'.repeat(60)],
    ['500 pictures', '👩'.repeat(500)],
  ])('that is not free closes with 4409 also when the reason has no room for its %s', async (_name, id) => {
    const socket = await sockets.init('ann');
    socket.subscribe(id, LISTEN);
    await socket.next();
    socket.subscribe(id, ME);
    const { code, reason } = await socket.closed;
    expect(code).toBe(4409);
    expect(reason).toMatch(/^Subscriber for .*already exists$/);
  });

  it('has at most 1,000 characters: 4400', async () => {
    const socket = await sockets.init('ann');
    socket.subscribe('x'.repeat(1_000), LISTEN);
    expect(await socket.next()).toMatchObject({ type: 'next' });
    socket.subscribe('x'.repeat(1_001), LISTEN);
    expect(await socket.closed).toEqual({ code: 4400, reason: 'Ids have at most 1000 characters' });
  });

  it('is another one on another socket', async () => {
    for (const socket of [await sockets.init('ann'), await sockets.init('ann')]) {
      socket.subscribe('1', LISTEN);
      expect(await socket.next()).toMatchObject({ id: '1', type: 'next' });
    }
  });

  it('is free for a query as soon as the client has completed it: the answer is the last one’s, once', async () => {
    const socket = await sockets.init('ann');
    for (let count = 0; count < 20; count++) {
      socket.subscribe('1', STRANGERS, { ids: [`before ${String(count)}`] });
      socket.complete('1');
    }
    socket.subscribe('1', STRANGERS, { ids: ['last'] });
    expect(await socket.take(2)).toEqual([
      { id: '1', type: 'next', payload: { data: { usersInfo: [{ userID: 'last' }] } } },
      { id: '1', type: 'complete' },
    ]);
    expect(await socket.drain()).toEqual([]);
  });

  it('is free for a stream as soon as the client has completed it: the stream goes on', async () => {
    const socket = await sockets.init('ann');
    for (let count = 0; count < 20; count++) {
      socket.subscribe('1', count % 2 === 0 ? LISTEN : ME);
      socket.complete('1');
    }
    socket.subscribe('1', LISTEN);
    const next = (__typename: string): unknown => ({
      id: '1',
      type: 'next',
      payload: { data: { friendshipEvents: { __typename } } },
    });
    expect(await socket.next()).toEqual(next('StreamOpened'));
    await sockets.server.call('ann', 'mutation { setSelfInfo(input: { nickName: "once" }) { id } }');
    expect(await socket.next()).toEqual(next('SelfInfoUpdated'));
    expect(await socket.drain()).toEqual([]);
  });
});
