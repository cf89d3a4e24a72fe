import { RawSocket } from './support/raw-socket';
import { TestServer } from './support/server';
import { describeOnStores } from './support/stores';

const LISTEN = 'subscription { friendshipEvents { seq type } }';
const SET_NICK = 'mutation ($nick: String!) { setSelfInfo(input: { nickName: $nick }) { id } }';

describeOnStores('a subscription', (store) => {
  let server: TestServer;
  let socket: RawSocket;
  beforeAll(async () => {
    server = await TestServer.start({ store, config: { operationsPerSocket: 64 } });
  });
  beforeEach(async () => {
    socket = await RawSocket.initAs(server, 'ann');
  });
  afterEach(() => socket.close());
  afterAll(() => server.stop());

  it('is never there twice, however quickly its id is used anew', async () => {
    for (let count = 0; count < 50; count++) {
      socket.subscribe('1', LISTEN);
      socket.send({ id: '1', type: 'complete' });
    }
    socket.subscribe('1', LISTEN);
    socket.subscribe('2', LISTEN);
    for (let message = await socket.next(); message.id !== '2';) message = await socket.next();
    await server.call('ann', SET_NICK, { nick: 'once' });
    const changes: (string | undefined)[] = [];
    while (!changes.includes('2')) {
      const { id, payload } = await socket.next();
      if (JSON.stringify(payload).includes('SELF_INFO_UPDATED')) changes.push(id);
    }
    socket.send({ type: 'ping' });
    for (let message = await socket.next(); message.type !== 'pong'; message = await socket.next()) {
      if (JSON.stringify(message.payload).includes('SELF_INFO_UPDATED')) changes.push(message.id);
    }
    expect(changes.filter((id) => id === '1').length).toBeLessThanOrEqual(1);
    expect(changes.filter((id) => id === '2')).toHaveLength(1);
  });

  it('may require the variables that its opening needs', async () => {
    const { friendshipEventPosition: after } = await server.call<{ friendshipEventPosition: string }>(
      'ann',
      '{ friendshipEventPosition }',
    );
    await server.call('ann', SET_NICK, { nick: 'required' });
    socket.subscribe(
      '1',
      `subscription ($after: String!, $types: [FriendshipEventType!]!, $show: Boolean!) {
        friendshipEvents(after: $after, types: $types) { type seq @include(if: $show) } }`,
      { after, types: ['SELF_INFO_UPDATED'], show: false },
    );
    expect((await socket.next()).payload).toEqual({ data: { friendshipEvents: { type: 'STREAM_OPENED' } } });
    expect((await socket.next()).payload).toEqual({
      data: { friendshipEvents: { type: 'SELF_INFO_UPDATED' } },
    });
  });

  it('says that its document is wrong where validation finds it, not parsing', async () => {
    socket.subscribe('1', 'subscription ($x: Boolean!) { friendshipEvents @include(if: $x) { seq } }', {
      x: false,
    });
    expect(await socket.next()).toMatchObject({
      type: 'error',
      payload: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
    });
  });
});
