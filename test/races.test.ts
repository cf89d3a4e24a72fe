import { createTickingClock, Crowd } from './support/crowd';
import { findViolations } from './support/invariants';
import type { Lists } from './support/lists';
import { createCopy, toComparable, toCopy } from './support/replay';
import { expectNothingLost } from './support/rounds';
import { TestServer } from './support/server';
import { stepOf } from './support/step-of';
import type { Step } from './support/steps';
import { describeOnStores } from './support/stores';
import { beginWatch, type Watch } from './support/watch';

/** How many repetitions run side by side. */
const AT_ONCE = 5;

type Check = (answers: unknown[], lists: (name: string) => Lists) => void;

const LIMITS = { friends: 2, applications: 2, blocks: 2, groups: 2, applicationsPerHour: 100 };

describeOnStores('two calls that cannot both have their way', (store) => {
  const times = store.name === 'SQLite' ? 20 : 10;
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ store, limits: LIMITS, clock: createTickingClock() });
  });
  afterAll(() => server.stop());

  /**
   * Many times, a few at once: after `before`, runs `steps` at the same time, the other one first each time, and hands
   * their answers and the lists of all who take part to `check`.
   */
  async function race(before: Step[], steps: [Step, Step], check: Check): Promise<void> {
    for (let time = 0; time < times; time += AT_ONCE) {
      const turns = Array.from({ length: AT_ONCE }, (_, turn) =>
        raceOnce(before, steps, turn % 2 === 1, check),
      );
      await Promise.all(turns);
    }
  }

  async function raceOnce(before: Step[], steps: [Step, Step], turned: boolean, check: Check): Promise<void> {
    const crowd = new Crowd(server);
    const names = ['a', 'b', 'c', 'd'].filter((name) =>
      JSON.stringify([before, steps]).includes(`"${name}"`),
    );
    for (const name of names.slice(1)) await crowd.position(name);
    const watch = await beginWatch(crowd, 'a');
    for (const step of before) await crowd.run(step);
    const [one, other] = turned ? [steps[1], steps[0]] : steps;
    const answers = await Promise.all([crowd.run(one), crowd.run(other)]);
    const everybody = new Map<string, Lists>();
    for (const name of names) everybody.set(name, await crowd.listsAtRest(name));
    check(turned ? answers.reverse() : answers, (name) => everybody.get(name) ?? fail(name));
    expect(findViolations(everybody, LIMITS, () => false)).toEqual([]);
    await expectNothingLost(crowd, watch === null ? [] : [watch], everybody, () => undefined);
  }

  const fail = (name: string): never => {
    throw new Error(`No lists of ${name}`);
  };
  const friendsOf = (lists: Lists): string[] => lists.friends.map(({ userID }) => userID).sort();

  it('make two users who ask each other at once two-way friends, with nothing pending', async () => {
    await race([], [stepOf.add('a', 'b'), stepOf.add('b', 'a')], (answers, lists) => {
      expect(answers.sort()).toEqual(['OK', 'PENDING']);
      expect(lists('a')).toMatchObject({ friends: [{ userID: 'b' }], sent: [], received: [] });
      expect(lists('b')).toMatchObject({ friends: [{ userID: 'a' }], sent: [], received: [] });
    });
  });

  it('either accept or withdraw a request', async () => {
    await race(
      [stepOf.add('a', 'b')],
      [stepOf.accept('b', 'a'), stepOf.withdraw('a', 'b')],
      (answers, lists) => {
        const accepted = answers[0] === 'OK';
        expect(answers).toEqual(accepted ? ['OK', 'NO_SUCH_APPLICATION'] : ['NO_SUCH_APPLICATION', 'OK']);
        expect(lists('a')).toMatchObject({ relations: { b: accepted ? 'BOTH_WAY' : 'NONE' }, sent: [] });
        expect(lists('b')).toMatchObject({ received: [] });
      },
    );
  });

  it('leave a block and nothing else when one blocks while the other accepts', async () => {
    await race(
      [stepOf.add('a', 'b')],
      [stepOf.block('a', 'b'), stepOf.accept('b', 'a')],
      (answers, lists) => {
        expect([['OK'], 'OK']).toContainEqual(answers[0]);
        expect(['OK', 'NO_SUCH_APPLICATION']).toContain(answers[1]);
        expect(lists('a')).toMatchObject({ blocks: ['b'], friends: [], sent: [] });
        expect(lists('b')).toMatchObject({ friends: [], received: [] });
      },
    );
  });

  it('give the last place in a friend list to one of two who add its owner', async () => {
    const before = [stepOf.allow('a', 'ALLOW_ANY'), stepOf.add('d', 'a')];
    await race(before, [stepOf.add('b', 'a'), stepOf.add('c', 'a')], (answers, lists) => {
      const winner = answers[0] === 'OK' ? 'b' : 'c';
      expect([...answers].sort()).toEqual(['OK', 'PEER_FRIEND_LIMIT']);
      expect(friendsOf(lists('a'))).toEqual([winner, 'd']);
      expect(friendsOf(lists('b')).length + friendsOf(lists('c')).length).toBe(1);
    });
  });

  it('give the last place in a friend list to one of two requests; the other one stays', async () => {
    const before = [stepOf.add('b', 'a'), stepOf.add('c', 'a'), stepOf.importFriend('a', 'd')];
    await race(before, [stepOf.accept('a', 'b'), stepOf.accept('a', 'c')], (answers, lists) => {
      const [winner, loser] = answers[0] === 'OK' ? ['b', 'c'] : ['c', 'b'];
      expect([...answers].sort()).toEqual(['FRIEND_LIMIT', 'OK']);
      expect(friendsOf(lists('a'))).toEqual([winner, 'd']);
      expect(lists('a').received).toMatchObject([{ userID: loser }]);
    });
  });

  it('give the last place among the requests to one of two who ask', async () => {
    await race([stepOf.add('d', 'a')], [stepOf.add('b', 'a'), stepOf.add('c', 'a')], (answers, lists) => {
      const winner = answers[0] === 'PENDING' ? 'b' : 'c';
      expect([...answers].sort()).toEqual(['APPLICATION_LIMIT', 'PENDING']);
      expect(lists('a').received).toMatchObject([{ userID: winner }, { userID: 'd' }]);
    });
  });

  it('give the last place among the groups, and in the blocklist, to one of two', async () => {
    const groups = [stepOf.createGroup('a', 'h', 'b'), stepOf.createGroup('a', 'k', 'b')] as [Step, Step];
    await race([stepOf.createGroup('a', 'g')], groups, (answers, lists) => {
      expect(answers.map(String).sort()).toEqual(['GROUP_LIMIT', 'NOT_FRIENDS']);
      expect(lists('a').groups).toHaveLength(2);
    });
    await race(
      [stepOf.block('a', 'd')],
      [stepOf.block('a', 'b'), stepOf.block('a', 'c')],
      (answers, lists) => {
        expect(answers.map(String).sort()).toEqual(['BLOCK_LIMIT', 'OK']);
        expect(lists('a').blocks).toHaveLength(2);
      },
    );
  });
});

describeOnStores('a user who is deleted while everybody deals with it', (store) => {
  const times = store.name === 'SQLite' ? 10 : 5;
  const limits = { friends: 10, applications: 10, blocks: 10, groups: 10, applicationsPerHour: 100 };
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ store, limits, clock: createTickingClock() });
  });
  afterAll(() => server.stop());

  const steps: Step[] = ['a', 'b', 'c'].flatMap((name) => [
    stepOf.add(name, 'v'),
    stepOf.add('v', name),
    stepOf.accept('v', name),
    stepOf.block(name === 'c' ? 'c' : 'v', name === 'c' ? 'v' : 'c'),
    stepOf.addToGroup(name, 'g', 'v'),
    stepOf.createGroup(name, 'h', 'v'),
    stepOf.createGroup('v', name),
    stepOf.importFriend(name, 'v'),
    { kind: 'note', by: name, to: 'v', remark: 'gone?', custom: null },
    { kind: 'self', by: 'v', nick: `called ${name}`, allowType: 'ALLOW_ANY' },
  ]);

  it('leaves no trace in any list, and no gap in any stream', async () => {
    for (let time = 0; time < times; time++) {
      const crowd = new Crowd(server);
      const watches: Watch[] = [];
      await crowd.run(stepOf.allow('v', 'ALLOW_ANY'));
      for (const name of ['a', 'b', 'c']) {
        const watch = await beginWatch(crowd, name);
        if (watch !== null) watches.push(watch);
        await crowd.run(stepOf.add(name, 'v', { group: 'g' }));
      }
      const before = steps.slice(0, (time * 7) % steps.length);
      const answers = [...before, stepOf.deleteUser('v'), ...steps.slice(before.length)].map((step) =>
        crowd.run(step),
      );
      await Promise.all(answers);
      const existing = await crowd.findExisting(['a', 'b', 'c', 'v']);
      const everybody = new Map<string, Lists>();
      for (const name of existing) everybody.set(name, await crowd.listsAtRest(name));
      expect(findViolations(everybody, limits, () => false)).toEqual([]);
      await expectNothingLost(crowd, watches, everybody, () => undefined);
      if (!existing.has('v')) {
        expect(toComparable(toCopy(await crowd.listsAtRest('v')))).toEqual(toComparable(createCopy()));
      }
    }
  }, 120_000);
});
