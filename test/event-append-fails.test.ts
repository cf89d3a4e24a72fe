import { SeededStore } from './support/seeded-store';
import { TestServer } from './support/server';
import { openSideDoor, type SideDoor } from './support/side-door';
import { describeOnStores } from './support/stores';

const SET_NICK = 'mutation ($nick: String!) { setSelfInfo(input: { nickName: $nick }) { nickName } }';
const OTHERS = ['ben', 'cho', 'dan', 'eve'];

describeOnStores('a change whose event cannot be written', (store) => {
  let server: TestServer;
  let sideDoor: SideDoor;
  beforeEach(async () => {
    const place = new SeededStore(store, []);
    server = await TestServer.start({ store: place });
    sideDoor = await openSideDoor(place.config);
    for (const userID of ['ann', ...OTHERS]) await server.call(userID, SET_NICK, { nick: 'before' });
    await sideDoor.run(`INSERT INTO event (user_id, seq, type, payload, occurred_at)
      SELECT user_id, head + 1, 'SELF_INFO_UPDATED', '{}', 0 FROM event_stream WHERE user_id = 'ann'`);
  });
  afterEach(async () => {
    await sideDoor.close();
    await server.stop();
  });

  const findHead = async (): Promise<unknown> =>
    (await sideDoor.all(`SELECT head, floor FROM event_stream WHERE user_id = 'ann'`))[0];

  it('is refused and leaves nothing, and those of others at that time are kept', async () => {
    const head = await findHead();
    const changes = ['ann', ...OTHERS].map((userID) => server.send(userID, SET_NICK, { nick: 'after' }));
    const [ofAnn, ...ofOthers] = await Promise.all(changes);
    expect(ofAnn?.errors?.[0]?.extensions['code']).toBe('INTERNAL_SERVER_ERROR');
    for (const answer of ofOthers) expect(answer).toEqual({ data: { setSelfInfo: { nickName: 'after' } } });
    expect(await server.call('ann', '{ me { nickName } }')).toEqual({ me: { nickName: 'before' } });
    expect(await findHead()).toEqual(head);
  });

  it('can be made when the event can be', async () => {
    await server.send('ann', SET_NICK, { nick: 'after' });
    await sideDoor.run(`DELETE FROM event WHERE user_id = 'ann' AND occurred_at = 0`);
    expect(await server.call('ann', SET_NICK, { nick: 'later' })).toEqual({
      setSelfInfo: { nickName: 'later' },
    });
  });
});
