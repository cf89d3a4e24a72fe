import {
  decide,
  toRelationEvents,
  type Decision,
  type PairFacts,
  type PairState,
  type RelationAction,
} from '../src/friends/relation.transitions';
import { ACTIONS, ALL_FACTS, FACTS, mirror, NO_FACTS, toBits, toKey, toStates } from './support/pairs';
import { REQUESTS, toRules } from './support/rules';

/** Which event tells that a fact came to be, or ceased to be; a dash where none may ever come. */
const EVENTS: Record<keyof PairFacts, { added: string; deleted: string }> = {
  iHave: { added: 'me FRIEND_LIST_ADDED', deleted: 'me FRIEND_LIST_DELETED' },
  theyHave: { added: 'them FRIEND_LIST_ADDED', deleted: 'them FRIEND_LIST_DELETED' },
  iBlock: { added: 'me BLOCK_LIST_ADDED', deleted: 'me BLOCK_LIST_DELETED' },
  theyBlock: { added: '-', deleted: '-' },
  mySent: { added: 'me APPLICATION_ADDED SEND_OUT', deleted: 'me APPLICATION_DELETED SEND_OUT' },
  theirReceived: { added: 'them APPLICATION_ADDED COME_IN', deleted: 'them APPLICATION_DELETED COME_IN' },
  myReceived: { added: '-', deleted: 'me APPLICATION_DELETED COME_IN' },
  theirSent: { added: '-', deleted: 'them APPLICATION_DELETED SEND_OUT' },
};

/** Calls `check` for every cell of the table and says how many there were. */
function forEveryCell(check: (state: PairState, action: RelationAction, decision: Decision) => void): number {
  let cells = 0;
  for (const facts of ALL_FACTS) {
    for (const state of toStates(facts)) {
      for (const action of ACTIONS) {
        check(state, action, decide(state, action));
        cells += 1;
      }
    }
  }
  return cells;
}

function fail(state: PairState, action: RelationAction, problem: string): never {
  throw new Error(`${problem}: ${JSON.stringify(action)} on ${JSON.stringify(state)}`);
}

describe('the table of the relationship rules', () => {
  it('gives in every cell what the first rule that applies says', () => {
    const rules = new Map(ACTIONS.map((action) => [action, toRules(action)]));
    const cells = forEveryCell((state, action, { result, next, asked, refused }) => {
      const rule = rules.get(action)?.find(({ when }) => when(state));
      if (rule === undefined) return fail(state, action, 'no rule applies');
      const wanted = { ...state.facts };
      for (const name of rule.sets ?? []) wanted[name] = true;
      for (const name of rule.clears ?? []) wanted[name] = false;
      // Invariant 3: whatever makes two users two-way friends, no request is left between them.
      if (rule.result === 'OK' && wanted.iHave && wanted.theyHave)
        for (const name of REQUESTS) wanted[name] = false;
      if (result !== rule.result) fail(state, action, `${result} instead of ${rule.result}`);
      if (asked !== (rule.asks ?? false)) fail(state, action, `asked is ${String(asked)}`);
      if (refused !== (action.kind === 'REFUSE' && result === 'OK'))
        fail(state, action, `refused is ${String(refused)}`);
      for (const name of FACTS)
        if (next[name] !== wanted[name]) fail(state, action, `${name} is wrong afterwards`);
    });
    expect(cells).toBe(2 ** 8 * 3 * 2 ** 10 * 13);
  });

  it('changes nothing and tells nobody when the result is neither OK nor PENDING', () => {
    let refused = 0;
    forEveryCell((state, action, decision) => {
      if (decision.result === 'OK' || decision.result === 'PENDING') return;
      refused += 1;
      if (toBits(decision.next) !== toBits(state.facts))
        fail(state, action, 'a refused call changes something');
      if (toRelationEvents(state.facts, decision).length > 0)
        fail(state, action, 'a refused call tells something');
    });
    expect(refused).toBeGreaterThan(0);
  });

  it('tells each side exactly of what its lists gained and lost, once', () => {
    const seen = new Set<number>();
    forEveryCell((state, action, decision) => {
      const before = state.facts;
      // The events follow from what was and what is: many cells share them.
      const change = (toBits(before) * 256 + toBits(decision.next)) * 2 + Number(decision.asked);
      if (seen.has(change)) return;
      seen.add(change);
      const told = toRelationEvents(before, decision).map((event) => {
        const kind = event.type.replace('FRIEND_APPLICATION_LIST', 'APPLICATION');
        return [event.to, kind, ...('applicationType' in event ? [event.applicationType] : [])].join(' ');
      });
      const wanted = FACTS.flatMap((name) => {
        if (before[name] && !decision.next[name]) return [EVENTS[name].deleted];
        return !before[name] && decision.next[name] ? [EVENTS[name].added] : [];
      });
      if (decision.asked) wanted.push(EVENTS.mySent.added, EVENTS.theirReceived.added);
      if (told.sort().join() !== [...new Set(wanted)].sort().join())
        fail(state, action, `tells ${told.join()} instead of ${wanted.join()}`);
    });
  });

  it('lets no list grow that is full', () => {
    const limits = [
      ['myFriendsFull', 'iHave'],
      ['theirFriendsFull', 'theyHave'],
      ['mySentFull', 'mySent'],
      ['theirReceivedFull', 'theirReceived'],
      ['myBlocksFull', 'iBlock'],
    ] as const;
    forEveryCell((state, action, { next }) => {
      for (const [full, name] of limits) {
        if (state[full] && !state.facts[name] && next[name])
          fail(state, action, `${name} grows past its limit`);
      }
      for (const name of ['theyBlock', 'myReceived', 'theirSent'] as const) {
        if (!state.facts[name] && next[name]) fail(state, action, `${name} is not mine to make`);
      }
    });
  });
});

/** Facts that a history of calls of both sides can lead to; for each, which dismissals may have come before it. */
function exploreReachable(): Map<string, { facts: PairFacts; iDismissed: boolean; theyDismissed: boolean }> {
  const seen = new Map<string, { facts: PairFacts; iDismissed: boolean; theyDismissed: boolean }>();
  const queue = [{ facts: NO_FACTS, iDismissed: false, theyDismissed: false }];
  for (const place of queue) {
    const { facts, iDismissed, theyDismissed } = place;
    const key = [toKey(facts), iDismissed, theyDismissed].join();
    if (seen.has(key)) continue;
    seen.set(key, place);
    queue.push({ facts: mirror(facts), iDismissed: theyDismissed, theyDismissed: iDismissed });
    for (const action of ACTIONS) {
      for (const state of toStates(facts)) {
        if (state.isSelf || !state.iExist || !state.theyExist) continue;
        const { next } = decide(state, action);
        queue.push({
          facts: next,
          iDismissed: next.theirSent && (iDismissed || action.kind === 'DISMISS'),
          theyDismissed: next.mySent && theyDismissed && !next.theirReceived,
        });
      }
    }
  }
  return seen;
}

describe('states that histories lead to', () => {
  const reachable = [...exploreReachable().values()];

  it('are many, and not all', () => {
    const keys = new Set(reachable.map(({ facts }) => toKey(facts)));
    expect(keys.size).toBeGreaterThan(10);
    expect(keys.size).toBeLessThan(ALL_FACTS.length);
  });

  it.each([
    [
      'never hold an edge or a request beside a block',
      ({ facts }) =>
        (facts.iBlock || facts.theyBlock) &&
        (facts.iHave || facts.theyHave || REQUESTS.some((name) => facts[name])),
    ],
    [
      'hold both rows of a request, unless the one who was asked deleted theirs',
      ({ facts, iDismissed, theyDismissed }) =>
        (facts.theirReceived && !facts.mySent) ||
        (facts.myReceived && !facts.theirSent) ||
        (facts.mySent && !facts.theirReceived && !theyDismissed) ||
        (facts.theirSent && !facts.myReceived && !iDismissed),
    ],
    [
      'never hold a request between two-way friends',
      ({ facts }) => facts.iHave && facts.theyHave && REQUESTS.some((name) => facts[name]),
    ],
    ['never hold a request in both directions', ({ facts }) => facts.mySent && facts.theirSent],
  ] satisfies [string, (place: (typeof reachable)[number]) => boolean][])('%s', (_promise, isBroken) => {
    expect(reachable.filter(isBroken)).toEqual([]);
  });
});

describe('two users, whoever of them acts', () => {
  const open: Omit<PairState, 'facts'> = {
    isSelf: false,
    iExist: true,
    theyExist: true,
    requestsForbidden: false,
    theirAllowType: 'NEED_CONFIRM',
    myFriendsFull: false,
    theirFriendsFull: false,
    mySentFull: false,
    theirReceivedFull: false,
    myBlocksFull: false,
    tooFrequent: false,
  };
  const mine = (facts: PairFacts, action: RelationAction): PairFacts =>
    decide({ ...open, facts }, action).next;
  const theirs = (facts: PairFacts, action: RelationAction): PairFacts => mirror(mine(mirror(facts), action));
  const reachable = [
    ...new Map([...exploreReachable().values()].map(({ facts }) => [toKey(facts), facts])).values(),
  ];

  it.each<[string, RelationAction, RelationAction]>([
    ['ask each other, in either order', { kind: 'ADD', both: true }, { kind: 'ADD', both: true }],
    ['block each other, in either order', { kind: 'BLOCK' }, { kind: 'BLOCK' }],
    ['delete each other, in either order', { kind: 'DELETE', both: true }, { kind: 'DELETE', both: true }],
    [
      'delete their own entries, in either order',
      { kind: 'DELETE', both: false },
      { kind: 'DELETE', both: false },
    ],
    ['unblock each other, in either order', { kind: 'UNBLOCK' }, { kind: 'UNBLOCK' }],
  ])('%s, and end the same', (_promise, action, answer) => {
    for (const facts of reachable.filter((known) => toKey(mirror(known)) === toKey(known))) {
      expect(theirs(mine(facts, action), answer)).toEqual(mine(theirs(facts, answer), action));
    }
  });

  it('end the same when the one withdraws a request or the other refuses it', () => {
    const asked = reachable.filter((facts) => facts.mySent && facts.theirReceived);
    expect(asked).not.toEqual([]);
    for (const facts of asked)
      expect(mine(facts, { kind: 'WITHDRAW' })).toEqual(theirs(facts, { kind: 'REFUSE' }));
  });

  it('gain nothing by blocking, unblocking or deleting twice', () => {
    for (const facts of reachable) {
      for (const action of ACTIONS.filter(({ kind }) => ['BLOCK', 'UNBLOCK', 'DELETE'].includes(kind))) {
        const once = mine(facts, action);
        expect(mine(once, action)).toEqual(once);
      }
    }
  });
});
