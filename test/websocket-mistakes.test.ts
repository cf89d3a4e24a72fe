import type { RawSocket } from './support/raw-socket';
import { Sockets } from './support/sockets';

const LISTEN = 'subscription { friendshipEvents { __typename } }';
const SET_LEVEL = 'mutation ($level: Int!) { setSelfInfo(input: { level: $level }) { level } }';
const toEvent = (__typename: string): unknown => ({
  id: 'events',
  type: 'next',
  payload: { data: { friendshipEvents: { __typename } } },
});

describe('a mistake in one operation', () => {
  let level = 0;
  const sockets = Sockets.onOwnServer();

  /** Query, mutation and stream still do on this socket what they are there for. */
  async function expectWhole(socket: RawSocket): Promise<void> {
    level += 1;
    socket.subscribe('query', '{ me { id } }');
    expect(await socket.take(2)).toEqual([
      { id: 'query', type: 'next', payload: { data: { me: { id: 'ann' } } } },
      { id: 'query', type: 'complete' },
    ]);
    socket.subscribe('mutation', SET_LEVEL, { level });
    const messages = await socket.take(3);
    const own = messages.filter(({ id }) => id === 'mutation');
    expect(own).toEqual([
      { id: 'mutation', type: 'next', payload: { data: { setSelfInfo: { level } } } },
      { id: 'mutation', type: 'complete' },
    ]);
    expect(messages.filter(({ id }) => id === 'events')).toEqual([toEvent('SelfInfoUpdated')]);
    expect(await socket.drain()).toEqual([]);
  }

  it.each([
    ['{ me { id ', 'GRAPHQL_PARSE_FAILED'],
    ['{ me { nope } }', 'GRAPHQL_VALIDATION_FAILED'],
    [`{ ${'me { id } '.repeat(2000)} }`, 'GRAPHQL_PARSE_FAILED'],
    ['subscription { friendshipEvents @skip(if: true) { seq } }', 'GRAPHQL_VALIDATION_FAILED'],
    [
      'subscription { ...F } fragment F on Subscription { ... @include(if: false) { friendshipEvents { seq } } }',
      'GRAPHQL_VALIDATION_FAILED',
    ],
  ])('that makes it no operation: %.20s… is answered by error', async (query, code) => {
    const socket = await sockets.init('ann');
    socket.subscribe('events', LISTEN);
    expect(await socket.next()).toEqual(toEvent('StreamOpened'));
    socket.subscribe('wrong', query);
    const message = await socket.next();
    expect(message).toMatchObject({ id: 'wrong', type: 'error', payload: [{ extensions: { code } }] });
    expect(JSON.stringify(message)).not.toMatch(/stack|node_modules/);
    await expectWhole(socket);
  });

  it.each([
    ['an argument', '{ friendList(first: -1) { totalCount } }'],
    ['a variable', 'query ($n: Int!) { friendList(first: $n) { totalCount } }'],
    ['a cursor', 'subscription { friendshipEvents(after: "x") { seq } }'],
  ])('in %s is answered by next and complete', async (_name, query) => {
    const socket = await sockets.init('ann');
    socket.subscribe('events', LISTEN);
    expect(await socket.next()).toEqual(toEvent('StreamOpened'));
    socket.subscribe('wrong', query);
    const [next, complete] = await socket.take(2);
    expect(next).toMatchObject({
      id: 'wrong',
      type: 'next',
      payload: { errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] },
    });
    expect(JSON.stringify(next)).not.toMatch(/stack|node_modules/);
    expect(complete).toEqual({ id: 'wrong', type: 'complete' });
    await expectWhole(socket);
  });

  it('is told in the words of HTTP', async () => {
    const socket = await sockets.init('ann');
    for (const query of [
      '{ friendList(first: -1) { totalCount } }',
      '{ usersInfo(userIDs: [""]) { code } }',
    ]) {
      socket.subscribe('1', query);
      const [next] = await socket.take(2);
      expect(next?.payload).toEqual(await sockets.server.send('ann', query));
    }
  });
});
