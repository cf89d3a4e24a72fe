import { createTickingClock, Crowd } from './support/crowd';
import { TestServer } from './support/server';
import { stepOf } from './support/step-of';
import type { Step } from './support/steps';
import { describeOnStores } from './support/stores';
import { endWatch } from './support/watch';
import { toCopy } from './support/replay';

/**
 * A client reads its position first and its lists later. What happens between the two stands in its lists already and
 * comes again as events: applied in order, they must lead to the lists as they are.
 */
describeOnStores('events that the lists already show', (store) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ store, clock: createTickingClock() });
  });
  afterAll(() => server.stop());

  const friends: Step[] = [
    stepOf.allow('b', 'ALLOW_ANY'),
    stepOf.allow('c', 'ALLOW_ANY'),
    stepOf.add('a', 'b'),
    stepOf.add('a', 'c'),
    stepOf.createGroup('a', 'g', 'b'),
    stepOf.createGroup('a', 'h', 'c'),
  ];
  const asked: Step[] = [stepOf.add('b', 'a'), stepOf.add('c', 'a')];

  it.each<[string, Step[], Step[], Step[]]>([
    [
      'a group that took the name of a deleted one',
      friends,
      [stepOf.deleteGroup('a', 'h'), stepOf.rename('a', 'g', 'h')],
      [stepOf.addToGroup('a', 'h', 'c')],
    ],
    [
      'a group whose earlier name another one has',
      friends,
      [stepOf.rename('a', 'g', 'k'), stepOf.createGroup('a', 'g', 'c')],
      [],
    ],
    [
      'two groups that changed names',
      friends,
      [stepOf.rename('a', 'g', 'k'), stepOf.rename('a', 'h', 'g'), stepOf.rename('a', 'k', 'h')],
      [],
    ],
    [
      'a friend who was deleted and added again',
      friends,
      [
        { kind: 'unfriend', by: 'a', users: ['b'], both: true },
        stepOf.add('a', 'b', { group: 'g' }),
        { kind: 'note', by: 'a', to: 'b', remark: 'again', custom: null },
      ],
      [{ kind: 'self', by: 'b', nick: 'Bo', allowType: null }],
    ],
    [
      'a request that was read, refused and made again',
      asked,
      [stepOf.read('a', 'b'), { kind: 'refuse', by: 'a', to: 'b' }, stepOf.add('b', 'a')],
      [],
    ],
    ['one of two requests that was read', asked, [], [stepOf.read('a', 'c')]],
    [
      'a user who was blocked and unblocked',
      friends,
      [stepOf.block('a', 'b'), { kind: 'unblock', by: 'a', users: ['b'] }],
      [stepOf.block('a', 'c')],
    ],
  ])('change nothing that is right: %s', async (_what, before, between, later) => {
    const crowd = new Crowd(server);
    for (const name of ['a', 'b', 'c']) await crowd.position(name);
    for (const step of before) await crowd.run(step);
    const after = await crowd.position('a');
    const early = toCopy(await crowd.lists('a'));
    for (const step of between) await crowd.run(step);
    const late = toCopy(await crowd.lists('a'));
    for (const step of later) await crowd.run(step);
    const now = await crowd.lists('a');
    for (const copy of [early, late]) {
      const { recovered, got, wanted } = await endWatch(crowd, { name: 'a', after, copy }, now);
      expect(recovered).toBe(true);
      expect(got).toEqual(wanted);
    }
  });
});
