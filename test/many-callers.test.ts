import { Crowd } from './support/crowd';
import { TestListener } from './support/listener';
import { TestServer } from './support/server';
import { stepOf } from './support/step-of';
import { describeOnStores } from './support/stores';

const CALLERS = 1_000;

describeOnStores('a thousand users who add the same one at the same time', (store) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ store });
  });
  afterAll(() => server.stop());

  it('all become its friends, each once, and it hears of each in a row without gap', async () => {
    const crowd = new Crowd(server);
    const star = crowd.id('star');
    const { listener } = await TestListener.open(server, star);
    await crowd.run(stepOf.allow('star', 'ALLOW_ANY'));
    const callers = Array.from({ length: CALLERS }, (_, index) => `u${index}`);
    const answers = await Promise.all(callers.map((caller) => crowd.run(stepOf.add(caller, 'star'))));
    expect(answers.filter((answer) => answer !== 'OK')).toEqual([]);

    const [own, ...events] = await listener.take(1 + CALLERS);
    expect(own).toMatchObject({ type: 'SELF_INFO_UPDATED', seq: 1 });
    expect(events.map(({ seq }) => seq)).toEqual(callers.map((_, index) => index + 2));
    const added = events.flatMap((event) => {
      expect(event.type).toBe('FRIEND_LIST_ADDED');
      return (event['friends'] as { userID: string }[]).map(({ userID }) => userID);
    });
    expect(added.sort()).toEqual(callers.map(crowd.id).sort());
    expect(await listener.drain()).toEqual([]);

    const { friendList } = await server.call<{ friendList: { totalCount: number } }>(
      star,
      '{ friendList(first: 0) { totalCount } }',
    );
    expect(friendList.totalCount).toBe(CALLERS);
    await listener.stop();
  }, 120_000);
});
