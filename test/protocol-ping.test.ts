import { Sockets } from './support/sockets';

describe('ping and pong of graphql-transport-ws', () => {
  const sockets = Sockets.onOwnServer();

  it.each([
    ['nothing', {}, { type: 'pong' }],
    ['null', { payload: null }, { type: 'pong' }],
    ['an object', { payload: { at: 1 } }, { type: 'pong', payload: { at: 1 } }],
    ['an empty object', { payload: {} }, { type: 'pong', payload: {} }],
  ])('a ping with %s is answered by a pong with it', async (_name, rest, pong) => {
    // At any time within the socket: before the connection is asked for, and after.
    for (const socket of [await sockets.open(), await sockets.init('ann')]) {
      socket.send({ type: 'ping', ...rest });
      expect(await socket.next()).toEqual(pong);
    }
  });

  it('every ping has a pong, in order', async () => {
    const socket = await sockets.init('ann');
    for (let at = 0; at < 20; at++) socket.send({ type: 'ping', payload: { at } });
    const pongs = await socket.take(20);
    expect(pongs).toEqual(pongs.map((_, at) => ({ type: 'pong', payload: { at } })));
  });

  it.each([{}, { payload: null }, { payload: { alive: true } }])(
    'a pong with %p that was not asked for is taken as a sign of life, and not answered',
    async (rest) => {
      for (const socket of [await sockets.open(), await sockets.init('ann')]) {
        socket.send({ type: 'pong', ...rest });
        socket.send({ type: 'ping', payload: { after: 'it' } });
        expect(await socket.next()).toEqual({ type: 'pong', payload: { after: 'it' } });
      }
    },
  );
});
