import { ADMIN } from './support/server';
import { Sockets } from './support/sockets';

const LISTEN = 'subscription { friendshipEvents { __typename } }';
const SET_LEVEL = 'mutation ($level: Int!) { setSelfInfo(input: { level: $level }) { id } }';
const toEvent = (id: string, __typename: string): unknown => ({
  id,
  type: 'next',
  payload: { data: { friendshipEvents: { __typename } } },
});

describe('the end of an operation', () => {
  let level = 0;
  const sockets = Sockets.onOwnServer();

  /** Makes an event of the user's. */
  const change = (userID: string): Promise<unknown> =>
    sockets.server.call(userID, SET_LEVEL, { level: ++level });

  it('when the client completes a stream: nothing of it comes any more, and the others go on', async () => {
    const socket = await sockets.init('ann');
    for (const id of ['1', '2']) {
      socket.subscribe(id, LISTEN);
      expect(await socket.next()).toEqual(toEvent(id, 'StreamOpened'));
    }
    await change('ann');
    expect(await socket.take(2)).toEqual(['1', '2'].map((id) => toEvent(id, 'SelfInfoUpdated')));
    socket.complete('1');
    expect(await socket.drain()).toEqual([]);
    await change('ann');
    expect(await socket.next()).toEqual(toEvent('2', 'SelfInfoUpdated'));
    expect(await socket.drain()).toEqual([]);
    socket.subscribe('1', LISTEN);
    expect(await socket.next()).toEqual(toEvent('1', 'StreamOpened'));
  });

  it('when the client completes a stream before it has opened: nothing of it comes', async () => {
    const socket = await sockets.init('ann');
    socket.subscribe('1', LISTEN);
    socket.complete('1');
    socket.subscribe('2', LISTEN);
    expect(await socket.next()).toEqual(toEvent('2', 'StreamOpened'));
    await change('ann');
    expect(await socket.next()).toEqual(toEvent('2', 'SelfInfoUpdated'));
    expect(await socket.drain()).toEqual([]);
  });

  it.each(['{ me { id } }', SET_LEVEL])(
    'when the client completes %s before its result is there: it does not come',
    async (query) => {
      const socket = await sockets.init('ann');
      socket.subscribe('1', query, { level: ++level });
      socket.complete('1');
      expect(await socket.drain()).toEqual([]);
      socket.subscribe('2', query, { level: ++level });
      expect(await socket.take(2)).toMatchObject([{ id: '2', type: 'next' }, { id: '2' }]);
      expect(await socket.drain()).toEqual([]);
    },
  );

  it('when the server completes a stream: complete comes once, and last', async () => {
    const socket = await sockets.init('leaver');
    socket.subscribe('1', LISTEN);
    expect(await socket.next()).toEqual(toEvent('1', 'StreamOpened'));
    await sockets.server.call(ADMIN, 'mutation { deleteUsers(userIDs: ["leaver"]) { code } }');
    expect(await socket.next()).toEqual({ id: '1', type: 'complete' });
    // The client may have completed it at the same time: that is no mistake, and is not answered.
    socket.complete('1');
    socket.send({ type: 'ping' });
    expect(await socket.next()).toEqual({ type: 'pong' });
  });

  it.each(['query', 'error', 'stream', 'nothing'])(
    'is over: a complete that comes after it (%s) is ignored, and so is another',
    async (kind) => {
      const socket = await sockets.init('ann');
      if (kind === 'query') socket.subscribe('1', '{ me { id } }');
      if (kind === 'error') socket.subscribe('1', '{');
      if (kind === 'stream') {
        socket.subscribe('1', LISTEN);
        await socket.next();
      }
      await socket.drain();
      for (let count = 0; count < 3; count++) socket.complete('1');
      expect(await socket.drain()).toEqual([]);
    },
  );

  it('with the socket: all its streams end, the code is the client’s, and another socket begins anew', async () => {
    const socket = await sockets.init('ann');
    for (const id of ['1', '2', '3']) socket.subscribe(id, LISTEN);
    await socket.take(3);
    socket.socket.close(1000, 'done');
    expect(await socket.closed).toEqual({ code: 1000, reason: 'done' });
    await change('ann');
    await expect(socket.next()).rejects.toThrow('The socket has closed.');
    const again = await sockets.init('ann');
    again.subscribe('1', LISTEN);
    expect(await again.next()).toEqual(toEvent('1', 'StreamOpened'));
  });
});
