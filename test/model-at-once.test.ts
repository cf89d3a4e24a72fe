import * as fc from 'fast-check';
import { createTickingClock, Crowd } from './support/crowd';
import { expectEveryHistory, runsOn } from './support/histories';
import { expectNothingLost, runRound, type Round } from './support/rounds';
import { findViolations } from './support/invariants';
import type { Lists } from './support/lists';
import { Model } from './support/model';
import { viewLists } from './support/model-lists';
import { applyAtOnce } from './support/orders';
import { createCopy, toComparable, toCopy } from './support/replay';
import { TestServer } from './support/server';
import { anyCrowd, anyStep, EVERYBODY, NOBODY } from './support/steps';
import { describeOnStores } from './support/stores';
import { beginWatch, type Watch } from './support/watch';

const LIMITS = { friends: 2, applications: 2, blocks: 2, groups: 2, applicationsPerHour: 3 };

function anyHistory(
  width: number,
  rounds: number,
  deletes: boolean,
): fc.Arbitrary<{ users: string[]; rounds: Round[] }> {
  return anyCrowd.chain((users) => {
    const steps = fc.array(anyStep(users, { deletes }), { minLength: 1, maxLength: width, size: 'max' });
    const round = fc.record({ steps, watcher: fc.constantFrom(...users) });
    return fc.record({
      users: fc.constant(users),
      rounds: fc.array(round, { minLength: 1, maxLength: rounds, size: 'max' }),
    });
  });
}

function mayHaveDismissed(rounds: Round[]): (by: string, to: string) => boolean {
  const all = rounds.flatMap(({ steps }) => steps);
  return (by, to) =>
    all.some((step) => step.kind === 'deleteApplication' && step.by === by && step.to === to);
}

describeOnStores('calls at the same time', (store) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ store, limits: LIMITS, clock: createTickingClock() });
  });
  afterAll(() => server.stop());

  const ordered = runsOn(store, { sqlite: 20, others: 8 });
  it(
    `answer and end as in some order of them, and lose no event, in ${ordered.count} random histories`,
    () =>
      expectEveryHistory(anyHistory(3, 12, false), ordered, async ({ users, rounds }, tell) => {
        const crowd = new Crowd(server);
        const first = new Model(LIMITS);
        const watches: Watch[] = [];
        for (const name of users) {
          first.register(name);
          const watch = await beginWatch(crowd, name);
          if (watch !== null) watches.push(watch);
        }
        let models = [first];
        for (const round of rounds) {
          const answers = await runRound(crowd, round, watches, tell);
          models = applyAtOnce(models, round.steps, answers);
          if (models.length === 0) throw new Error('No order of these calls gives their answers.');
        }
        const everybody = new Map<string, Lists>();
        for (const name of users) everybody.set(name, await crowd.listsAtRest(name));
        tell('the lists at the end');
        const possible = models.map((model) =>
          users.map((name) => viewLists(model, name, [...EVERYBODY, NOBODY])),
        );
        expect(possible).toContainEqual([...everybody.values()]);
        expect(findViolations(everybody, LIMITS, mayHaveDismissed(rounds))).toEqual([]);
        await expectNothingLost(crowd, watches, everybody, tell);
        return crowd;
      }),
    ordered.timeoutMs,
  );

  const wild = runsOn(store, { sqlite: 20, others: 8 });
  it(
    `keep the invariants, leave nothing of deleted users and lose no event, in ${wild.count} random histories`,
    () =>
      expectEveryHistory(anyHistory(8, 6, true), wild, async ({ users, rounds }, tell) => {
        const crowd = new Crowd(server);
        const watches: Watch[] = [];
        for (const name of users) {
          const watch = await beginWatch(crowd, name);
          if (watch !== null) watches.push(watch);
        }
        for (const round of rounds) await runRound(crowd, round, watches, tell);

        const existing = await crowd.findExisting(users);
        const everybody = new Map<string, Lists>();
        for (const name of existing) everybody.set(name, await crowd.listsAtRest(name));
        expect(findViolations(everybody, LIMITS, mayHaveDismissed(rounds))).toEqual([]);
        // Who comes back after being deleted begins with nothing.
        for (const name of users.filter((user) => !existing.has(user))) {
          expect(toComparable(toCopy(await crowd.listsAtRest(name)))).toEqual(toComparable(createCopy()));
        }
        const deleted = new Set(
          rounds.flatMap(({ steps }) =>
            steps.flatMap((step) => (step.kind === 'deleteUsers' ? step.users : [])),
          ),
        );
        await expectNothingLost(crowd, watches, everybody, tell, (name) => deleted.has(name));
        return crowd;
      }),
    wild.timeoutMs,
  );
});
