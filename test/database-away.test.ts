import { Cable } from './support/cable';
import { createUsers } from './support/people';
import { TestServer } from './support/server';
import { Sockets } from './support/sockets';
import { findPostgres, findStore } from './support/stores';

const LISTEN = 'subscription ($after: String) { friendshipEvents(after: $after) { __typename seq cursor } }';
const TRY_AGAIN_LATER = 1013;
/** What is asked again and again for three seconds until it is given up, and a busy machine. */
const PATIENCE_MS = 60_000;

(findPostgres() === null ? describe.skip : describe)('while the database cannot be reached', () => {
  const sockets = new Sockets(() => server);
  let cable: Cable;
  let server: TestServer;
  let drop: () => Promise<void>;

  beforeAll(async () => {
    const place = await findStore('PostgreSQL').create();
    ({ drop } = place);
    const url = new URL(place.config.databaseUrl ?? '');
    cable = await Cable.lay(Number(url.port || 5432));
    url.host = cable.address;
    const create = () =>
      Promise.resolve({ config: { databaseUrl: url.href }, drop: () => Promise.resolve() });
    server = await TestServer.start({ store: { name: 'by a cable', create } });
    await createUsers(server, ['ann', 'bob']);
  });
  beforeEach(() => {
    cable.plug();
  });
  afterEach(() => sockets.closeAll());
  afterAll(async () => {
    cable.plug();
    await server.stop();
    await cable.remove();
    await drop();
  });

  /** The code with which clients come back by themselves; after others, and after an error, they give up. */
  const expectSentAway = async ({ closed }: { closed: Promise<{ code: number }> }): Promise<void> => {
    expect((await closed).code).toBe(TRY_AGAIN_LATER);
  };

  it(
    'who listens is sent away, and finds everything when it is back with its cursor',
    async () => {
      const socket = await sockets.init('ann');
      socket.subscribe('1', LISTEN);
      const opened = (await socket.next()) as { payload: { data: { friendshipEvents: { cursor: string } } } };
      cable.unplug();
      // The log is read every five seconds.
      await expectSentAway(socket);
      cable.plug();
      await server.call('ann', 'mutation { setSelfInfo(input: { level: 1 }) { id } }');
      const again = await sockets.init('ann');
      again.subscribe('1', LISTEN, { after: opened.payload.data.friendshipEvents.cursor });
      expect(await again.take(2)).toMatchObject([
        { payload: { data: { friendshipEvents: { __typename: 'StreamOpened' } } } },
        { payload: { data: { friendshipEvents: { __typename: 'SelfInfoUpdated', seq: 1 } } } },
      ]);
    },
    PATIENCE_MS,
  );

  it(
    'who begins to listen is sent away',
    async () => {
      const socket = await sockets.init('ann');
      cable.unplug();
      socket.subscribe('1', LISTEN);
      await expectSentAway(socket);
    },
    PATIENCE_MS,
  );

  it(
    'who connects is sent away',
    async () => {
      const socket = await sockets.open();
      cable.unplug();
      socket.send({ type: 'connection_init', payload: await server.headers({ userID: 'newcomer' }) });
      await expectSentAway(socket);
    },
    PATIENCE_MS,
  );
});
