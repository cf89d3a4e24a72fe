import { Sockets } from './support/sockets';

const LISTEN = 'subscription { friendshipEvents { __typename } }';
const ME = '{ me { id } }';
const SET_LEVEL = 'mutation ($level: Int!) { setSelfInfo(input: { level: $level }) { level } }';
const TOO_MANY = { type: 'error', payload: [{ extensions: { code: 'RATE_LIMITED' } }] };

describe('what one user may hold open is limited', () => {
  const sockets = Sockets.onOwnServer({ config: { socketsPerUser: 2, operationsPerSocket: 3 } });

  it('sockets of a user: the last free one is given, one more is sent away and may come back later', async () => {
    const [first, second] = [await sockets.init('ann'), await sockets.init('ann')];
    const third = await sockets.open();
    third.send({ type: 'connection_init', payload: await sockets.server.headers('ann') });
    expect(await third.closed).toEqual({ code: 1013, reason: 'This user has too many connections' });
    await expect(third.next()).rejects.toThrow('The socket has closed.');
    // Neither the two that are there nor anybody else has lost anything by it.
    expect(await (await sockets.init('ben')).drain()).toEqual([]);
    for (const socket of [first, second]) expect(await socket.drain()).toEqual([]);

    await second.close();
    // The server has seen the close once it gives the place to somebody else.
    for (;;) {
      const again = await sockets.init('ann').catch(() => null);
      if (again === null) continue;
      expect(await again.drain()).toEqual([]);
      break;
    }
  });

  it('sockets of a user: one that is not acknowledged takes no place', async () => {
    for (let count = 0; count < 3; count++) {
      const refused = await sockets.open();
      refused.send({ type: 'connection_init', payload: { authorization: 'Bearer of nothing' } });
      await refused.closed;
      await sockets.open();
    }
    for (let count = 0; count < 2; count++) expect(await (await sockets.init('cat')).drain()).toEqual([]);
  });

  it('operations on a socket: one too many is refused alone, and its place is free when another ends', async () => {
    const socket = await sockets.init('dan');
    for (const id of ['1', '2', '3']) {
      socket.subscribe(id, LISTEN);
      expect(await socket.next()).toMatchObject({ id, type: 'next' });
    }
    for (const query of [ME, SET_LEVEL, LISTEN]) {
      socket.subscribe('4', query, { level: 1 });
      expect(await socket.next()).toMatchObject({ id: '4', ...TOO_MANY });
    }
    expect(await sockets.server.call('dan', '{ me { level } }')).toEqual({ me: { level: 0 } });
    socket.complete('2');
    socket.subscribe('4', ME);
    expect(await socket.take(2)).toMatchObject([
      { id: '4', type: 'next' },
      { id: '4', type: 'complete' },
    ]);
    socket.subscribe('2', LISTEN);
    expect(await socket.next()).toMatchObject({ id: '2', type: 'next' });
    socket.subscribe('4', ME);
    expect(await socket.next()).toMatchObject({ id: '4', ...TOO_MANY });
  });
});
