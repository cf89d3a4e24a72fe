import * as fc from 'fast-check';
import { createTickingClock, Crowd } from './support/crowd';
import { expectEveryHistory, runsOn } from './support/histories';
import { findViolations } from './support/invariants';
import type { Lists } from './support/lists';
import type { ReceivedEvent } from './support/listener';
import { Model } from './support/model';
import { viewLists } from './support/model-lists';
import type { ModelLimits } from './support/model-state';
import { expectNothingLost } from './support/rounds';
import { createCopy, toComparable, toCopy } from './support/replay';
import { findUntold, Sequence, toCallByCall } from './support/sequence';
import { TestServer } from './support/server';
import { anyCrowd, anyStep, EVERYBODY, NOBODY, toText } from './support/steps';
import { describeOnStores, type Store } from './support/stores';
import { catchUp } from './support/stream';
import { beginWatch, type Watch } from './support/watch';

const SHORT_LISTS = { friends: 2, applications: 2, blocks: 2, groups: 2 };

const inHistories = (limits: ModelLimits, count: { sqlite: number; others: number }) => (store: Store) => {
  const runs = runsOn(store, count);
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ store, limits, clock: createTickingClock() });
  });
  afterAll(() => server.stop());

  const anyHistory = anyCrowd.chain((users) =>
    fc.array(anyStep(users), { minLength: 1, maxLength: 40, size: 'max' }),
  );

  it(
    `gives every answer, list and event of ${runs.count} random histories`,
    () =>
      expectEveryHistory(anyHistory, runs, async (history, tell) => {
        const crowd = new Crowd(server);
        const model = new Model(limits);
        const sequence = new Sequence(crowd, model);
        const watches: Watch[] = [];
        const deleted = new Set<string>();
        for (const [index, step] of history.entries()) {
          const { answer, expected } = await sequence.run(step);
          tell(`${toText(step)} → ${JSON.stringify(answer)}`);
          expect(answer).toEqual(expected);
          if (step.kind === 'deleteUsers') for (const name of step.users) deleted.add(name);
          const watch = 'by' in step && index % 5 === 0 ? await beginWatch(crowd, step.by) : null;
          if (watch !== null) watches.push(watch);
        }
        const everybody = new Map<string, Lists>();
        for (const [name, { start, expected, due }] of sequence.streams) {
          const lists = await crowd.listsAtRest(name);
          everybody.set(name, lists);
          tell(`the lists of ${name}`);
          expect(lists).toEqual(viewLists(model, name, [...EVERYBODY, NOBODY]));

          tell(`the events of ${name}`);
          const copy = createCopy();
          const isComplete = (events: readonly ReceivedEvent[]): boolean =>
            findUntold(events, due).length === 0;
          const stretch = await catchUp(crowd, name, start, copy, lists, isComplete);
          expect(stretch.events[0]?.seq ?? 1).toBe(1);
          expect(toCallByCall(stretch, expected)).toEqual(expected);
          expect(findUntold(stretch.events, due)).toEqual([]);
          expect(toComparable(copy)).toEqual(toComparable(toCopy(lists)));
        }
        await expectNothingLost(crowd, watches, everybody, tell, (name) => deleted.has(name));
        tell('the invariants');
        const mayHaveDismissed = (by: string, to: string): boolean =>
          history.some((step) => step.kind === 'deleteApplication' && step.by === by && step.to === to);
        expect(findViolations(everybody, limits, mayHaveDismissed)).toEqual([]);
        return crowd;
      }),
    runs.timeoutMs,
  );
};

describeOnStores(
  'one call after another, the server does what the rules say',
  inHistories({ ...SHORT_LISTS, applicationsPerHour: 100 }, { sqlite: 40, others: 12 }),
);

describeOnStores(
  'one call after another, with one friend request an hour, the server does what the rules say',
  inHistories({ ...SHORT_LISTS, applicationsPerHour: 1 }, { sqlite: 12, others: 5 }),
);
