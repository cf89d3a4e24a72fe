import { TestListener } from './support/listener';
import { RawSocket } from './support/raw-socket';
import { ADMIN, TestServer } from './support/server';
import { describeOnStores } from './support/stores';

const SET_NICK = 'mutation ($nick: String!) { setSelfInfo(input: { nickName: $nick }) { id } }';
const POSITION = '{ friendshipEventPosition }';

describeOnStores('the live stream', (store) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ store });
  });
  afterAll(() => server.stop());

  const position = async (userID: string): Promise<string> =>
    (await server.call<{ friendshipEventPosition: string }>(userID, POSITION)).friendshipEventPosition;
  const setNick = (userID: string, nick: string): Promise<unknown> => server.call(userID, SET_NICK, { nick });

  it('goes from a long history to live events without gap or double while a writer goes on', async () => {
    const start = await position('ann');
    for (let index = 0; index < 600; index += 20) {
      await Promise.all(
        Array.from({ length: 20 }, (_, offset) => setNick('ann', `before ${String(index + offset)}`)),
      );
    }
    const writing = (async () => {
      for (let index = 0; index < 100; index++) await setNick('ann', `during ${String(index)}`);
    })();
    const { listener, opened } = await TestListener.open(server, 'ann', { after: start });
    expect(opened).toMatchObject({ recovered: true, seq: 0, cursor: start });
    const events = await listener.take(700);
    await writing;
    expect(events.map((event) => event.seq)).toEqual(Array.from({ length: 700 }, (_, index) => index + 1));
    expect(await listener.drain()).toEqual([]);
    await listener.stop();
  });

  it('goes on live for one device while another reads a long history', async () => {
    const [history, changes] = [600, 20];
    const start = await position('ada');
    for (let index = 0; index < history; index += changes) {
      await Promise.all(
        Array.from({ length: changes }, (_, offset) => setNick('ada', `before ${String(index + offset)}`)),
      );
    }
    // Two devices in one, so that what they are sent comes in its order.
    const socket = await RawSocket.initAs(server, 'ada');
    const document = 'subscription ($after: String) { friendshipEvents(after: $after) { seq } }';
    socket.subscribe('live', document);
    expect(await socket.next()).toMatchObject({ id: 'live' });
    socket.subscribe('behind', document, { after: start });
    for (let count = 0; count < 2; count++) expect(await socket.next()).toMatchObject({ id: 'behind' });
    const changed = setNick('ada', 'now');
    const order: unknown[] = [];
    while (order.length < history + 1) order.push((await socket.next()).id);
    await changed;
    expect(order.indexOf('live')).toBeLessThan(history / 2);
    expect(order.filter((id) => id === 'behind')).toHaveLength(history);
    await socket.close();
  });

  it('resumes at every cursor that it gave', async () => {
    const { listener, opened } = await TestListener.open(server, 'ben');
    for (const nick of ['one', 'two', 'three', 'four']) await setNick('ben', nick);
    const cursors = [opened.cursor, ...(await listener.take(4)).map((event) => event.cursor)];
    await listener.stop();
    expect(cursors.at(-1)).toBe(await position('ben'));
    for (const [index, after] of cursors.entries()) {
      const again = await TestListener.open(server, 'ben', { after });
      const rest = await again.listener.take(4 - index);
      expect(rest.map((event) => event.cursor)).toEqual(cursors.slice(index + 1));
      await again.listener.stop();
    }
  });

  it('gives every device of a user the same events, by one read of the log', async () => {
    const devices = await Promise.all(Array.from({ length: 10 }, () => TestListener.open(server, 'cat')));
    server.statements.length = 0;
    await setNick('cat', 'Kitty');
    const events = await Promise.all(devices.map(({ listener }) => listener.next()));
    expect(new Set(events.map((event) => event.cursor)).size).toBe(1);
    // One for the change; the slow timer may add one of its own.
    expect(server.statements.filter((sql) => sql.includes('JOIN event ')).length).toBeLessThanOrEqual(2);
    await Promise.all(devices.map(({ listener }) => listener.stop()));
  });

  it('shows in each event what is stored then, not what the subscription read first', async () => {
    const { listener } = await TestListener.open(server, 'dan');
    for (const nick of ['first', 'second']) {
      await setNick('dan', nick);
      expect(await listener.next()).toMatchObject({ type: 'SELF_INFO_UPDATED', user: { nickName: nick } });
    }
    await listener.stop();
  });

  it('keeps its history and its cursors over a restart', async () => {
    const start = await position('eve');
    await setNick('eve', 'Eva');
    await server.restart();
    const { listener, opened } = await TestListener.open(server, 'eve', { after: start });
    expect(opened).toMatchObject({ recovered: true });
    expect(await listener.next()).toMatchObject({ seq: 1, user: { nickName: 'Eva' } });
    await listener.stop();
  });

  it('ends when the user is deleted, and begins a new epoch when the user comes back', async () => {
    const old = await position('flo');
    await setNick('flo', 'Flo');
    const { listener } = await TestListener.open(server, 'flo');
    await server.call(ADMIN, 'mutation { deleteUsers(userIDs: ["flo"]) { code } }');
    await expect(listener.next()).rejects.toThrow('The subscription ended.');
    await listener.stop();
    const again = await TestListener.open(server, 'flo', { after: old });
    expect(again.opened).toMatchObject({ recovered: false, seq: 0 });
    await again.listener.stop();
  });
});
