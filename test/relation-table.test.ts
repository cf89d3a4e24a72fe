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

/** What a cell of the table has, and its facts before and after as bits. */
type Check = (
  state: PairState,
  action: RelationAction,
  decision: Decision,
  before: number,
  after: number,
) => string | null;

const RULES = new Map(
  ACTIONS.map((action) => [
    action,
    toRules(action).map(({ sets = [], clears = [], ...rule }) => ({
      ...rule,
      setBits: toBitsOf(sets),
      clearBits: toBitsOf(clears),
    })),
  ]),
);
const BOTH_HAVE = toBitsOf(['iHave', 'theyHave']);
const REQUEST_BITS = toBitsOf(REQUESTS);
const NOT_MINE = toBitsOf(['theyBlock', 'myReceived', 'theirSent']);

/** Invariant 3: whatever makes two users two-way friends, no request is left between them. */
const withoutSpentRequests = (bits: number): number =>
  (bits & BOTH_HAVE) === BOTH_HAVE ? bits & ~REQUEST_BITS : bits;

const LIMITS = [
  { full: 'myFriendsFull', bit: toBitsOf(['iHave']) },
  { full: 'theirFriendsFull', bit: toBitsOf(['theyHave']) },
  { full: 'mySentFull', bit: toBitsOf(['mySent']) },
  { full: 'theirReceivedFull', bit: toBitsOf(['theirReceived']) },
  { full: 'myBlocksFull', bit: toBitsOf(['iBlock']) },
] as const;

let refusals = 0;
/** Which changes were looked at. */
const toldChanges = new Uint8Array(2 ** 8 * 2 ** 8 * 2);

/** What holds in every cell; each check says what is wrong, or null. */
const PROMISES: Record<string, Check> = {
  'gives what the first rule that applies says': (
    state,
    action,
    { result, asked, refused },
    before,
    after,
  ) => {
    const rule = RULES.get(action)?.find(({ when }) => when(state));
    if (rule === undefined) return 'no rule applies';
    const changed = (before | rule.setBits) & ~rule.clearBits;
    const wanted = rule.result === 'OK' ? withoutSpentRequests(changed) : changed;
    if (result !== rule.result) return `${result} instead of ${rule.result}`;
    if (asked !== (rule.asks ?? false)) return `asked is ${String(asked)}`;
    if (refused !== (action.kind === 'REFUSE' && result === 'OK')) return `refused is ${String(refused)}`;
    return after === wanted ? null : `${toNames(after ^ wanted)} wrong afterwards`;
  },

  'changes nothing and tells nobody when the result is neither OK nor PENDING': (
    state,
    _action,
    decision,
    before,
    after,
  ) => {
    if (decision.result === 'OK' || decision.result === 'PENDING') return null;
    refusals += 1;
    if (after !== before) return 'a refused call changes something';
    return toRelationEvents(state.facts, decision).length > 0 ? 'a refused call tells something' : null;
  },

  'tells each side exactly of what its lists gained and lost, once': (
    state,
    _action,
    decision,
    before,
    after,
  ) => {
    // The events follow from what was and what is: many cells share them.
    const change = (before * 256 + after) * 2 + (decision.asked ? 1 : 0);
    if (toldChanges[change] === 1) return null;
    toldChanges[change] = 1;
    const told = toRelationEvents(state.facts, decision).map((event) => {
      const kind = event.type.replace('FRIEND_APPLICATION_LIST', 'APPLICATION');
      return [event.to, kind, ...('applicationType' in event ? [event.applicationType] : [])].join(' ');
    });
    const wanted = FACTS.flatMap((name) => {
      if (state.facts[name] && !decision.next[name]) return [EVENTS[name].deleted];
      return !state.facts[name] && decision.next[name] ? [EVENTS[name].added] : [];
    });
    if (decision.asked) wanted.push(EVENTS.mySent.added, EVENTS.theirReceived.added);
    const isRight = told.sort().join() === [...new Set(wanted)].sort().join();
    return isRight ? null : `tells ${told.join()} instead of ${wanted.join()}`;
  },

  'lets no list grow that is full': (state, _action, _decision, before, after) => {
    const grown = after & ~before;
    if (grown === 0) return null;
    if ((grown & NOT_MINE) !== 0) return `${toNames(grown & NOT_MINE)} not mine to make`;
    const broken = LIMITS.find(({ full, bit }) => (grown & bit) !== 0 && state[full]);
    return broken === undefined ? null : `${toNames(broken.bit)} past the limit`;
  },
};

function toBitsOf(names: readonly (keyof PairFacts)[]): number {
  return toBits({ ...NO_FACTS, ...Object.fromEntries(names.map((name) => [name, true])) });
}

function toNames(bits: number): string {
  return FACTS.filter((name) => (bits & toBitsOf([name])) !== 0).join();
}

describe('the table of the relationship rules, in every cell,', () => {
  const problems = new Map<string, string>();
  let cells = 0;

  // One walk for all: there are ten million cells.
  beforeAll(() => {
    const promises = Object.entries(PROMISES);
    for (const facts of ALL_FACTS) {
      const before = toBits(facts);
      for (const state of toStates(facts)) {
        for (const action of ACTIONS) {
          const decision = decide(state, action);
          const after = toBits(decision.next);
          for (const [promise, check] of promises) {
            const problem = check(state, action, decision, before, after);
            if (problem === null || problems.has(promise)) continue;
            problems.set(promise, `${problem}: ${JSON.stringify(action)} on ${JSON.stringify(state)}`);
          }
          cells += 1;
        }
      }
    }
  });

  it.each(Object.keys(PROMISES))('%s', (promise) => {
    expect(problems.get(promise)).toBeUndefined();
  });

  it('is looked at', () => {
    expect(cells).toBe(2 ** 8 * 3 * 2 ** 10 * 13);
    expect(refusals).toBeGreaterThan(0);
    expect(toldChanges).toContain(1);
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
