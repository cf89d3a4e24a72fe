import type { PairFacts, PairState, RelationAction } from '../../src/friends/relation.transitions';

export const FACTS = [
  'iHave',
  'theyHave',
  'iBlock',
  'theyBlock',
  'mySent',
  'theirReceived',
  'myReceived',
  'theirSent',
] as const satisfies (keyof PairFacts)[];

const FLAGS = [
  'isSelf',
  'iExist',
  'theyExist',
  'requestsForbidden',
  'myFriendsFull',
  'theirFriendsFull',
  'mySentFull',
  'theirReceivedFull',
  'myBlocksFull',
  'tooFrequent',
] as const;

const POLICIES = ['ALLOW_ANY', 'NEED_CONFIRM', 'DENY_ANY'] as const;

export const ACTIONS: readonly RelationAction[] = [
  { kind: 'ADD', both: false },
  { kind: 'ADD', both: true },
  { kind: 'ACCEPT', andAdd: false },
  { kind: 'ACCEPT', andAdd: true },
  { kind: 'REFUSE' },
  { kind: 'WITHDRAW' },
  { kind: 'DISMISS' },
  { kind: 'DELETE', both: false },
  { kind: 'DELETE', both: true },
  { kind: 'BLOCK' },
  { kind: 'UNBLOCK' },
  { kind: 'IMPORT', both: false },
  { kind: 'IMPORT', both: true },
];

export const NO_FACTS = toFlags(FACTS, 0);

/** Every combination of the eight facts. */
export const ALL_FACTS = Array.from({ length: 2 ** FACTS.length }, (_, bits) => toFlags(FACTS, bits));

/** Every combination of what decides beside the facts. */
const SETTINGS = POLICIES.flatMap((theirAllowType) =>
  Array.from({ length: 2 ** FLAGS.length }, (_, bits) => ({ ...toFlags(FLAGS, bits), theirAllowType })),
);

/** Every state of a pair with these facts. */
export function toStates(facts: PairFacts): PairState[] {
  return SETTINGS.map((setting) => ({ facts, ...setting }));
}

/** The same pair seen by the other one. */
export function mirror(facts: PairFacts): PairFacts {
  return {
    iHave: facts.theyHave,
    theyHave: facts.iHave,
    iBlock: facts.theyBlock,
    theyBlock: facts.iBlock,
    mySent: facts.theirSent,
    theirReceived: facts.myReceived,
    myReceived: facts.theirReceived,
    theirSent: facts.mySent,
  };
}

/** The facts as one number, for where millions are compared. */
export function toBits(facts: PairFacts): number {
  return (
    (facts.iHave ? 1 : 0) |
    (facts.theyHave ? 2 : 0) |
    (facts.iBlock ? 4 : 0) |
    (facts.theyBlock ? 8 : 0) |
    (facts.mySent ? 16 : 0) |
    (facts.theirReceived ? 32 : 0) |
    (facts.myReceived ? 64 : 0) |
    (facts.theirSent ? 128 : 0)
  );
}

export function toKey(facts: PairFacts): string {
  return FACTS.filter((name) => facts[name]).join(' ');
}

function toFlags<Name extends string>(names: readonly Name[], bits: number): Record<Name, boolean> {
  return Object.fromEntries(names.map((name, index) => [name, (bits & (1 << index)) !== 0])) as Record<
    Name,
    boolean
  >;
}
