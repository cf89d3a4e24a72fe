import type { PairFacts, PairState, RelationAction } from '../../src/friends/relation.transitions';

/** A row of the rules: the first of an action whose condition holds decides. */
interface Rule {
  when: (state: PairState) => boolean;
  result: string;
  /** Facts that are true afterwards, and facts that are not; all others stay. */
  sets?: readonly (keyof PairFacts)[];
  clears?: readonly (keyof PairFacts)[];
  /** The request was made, or made anew. */
  asks?: true;
}

const MY_REQUEST = ['mySent', 'theirReceived'] as const;
const THEIR_REQUEST = ['myReceived', 'theirSent'] as const;
export const REQUESTS = [...MY_REQUEST, ...THEIR_REQUEST] as const;

const always = (): boolean => true;

const blocks: Rule[] = [
  { when: ({ facts }) => facts.iBlock, result: 'BLOCKED_BY_ME' },
  { when: ({ facts }) => facts.theyBlock, result: 'BLOCKED_BY_PEER' },
];

const myListIsFull: Rule = {
  when: ({ facts, myFriendsFull }) => myFriendsFull && !facts.iHave,
  result: 'FRIEND_LIMIT',
};

const theirListIsFull: Rule = {
  when: ({ facts, theirFriendsFull }) => theirFriendsFull && !facts.theyHave,
  result: 'PEER_FRIEND_LIMIT',
};

/** Their request to me waits, and is more than they need: an answer makes the friendship two-way. */
const isCrossing = ({ facts }: PairState): boolean => facts.theirSent && !facts.theyHave;
const needsConfirm = ({ theirAllowType }: PairState): boolean => theirAllowType === 'NEED_CONFIRM';

function toAddRules(both: boolean): Rule[] {
  return [
    { when: ({ isSelf }) => isSelf, result: 'INVALID_PARAMETERS' },
    { when: ({ theyExist }) => !theyExist, result: 'USER_NOT_FOUND' },
    { when: ({ requestsForbidden }) => requestsForbidden, result: 'REQUESTS_FORBIDDEN' },
    ...blocks,
    { when: ({ facts }) => facts.iHave && (!both || facts.theyHave), result: 'ALREADY_FRIENDS' },
    myListIsFull,
    { ...theirListIsFull, when: (state) => theirListIsFull.when(state) && (both || isCrossing(state)) },
    { when: ({ facts }) => facts.theyHave, result: 'OK', sets: ['iHave'] },
    { when: isCrossing, result: 'OK', sets: ['iHave', 'theyHave'], clears: THEIR_REQUEST },
    { when: ({ theirAllowType }) => theirAllowType === 'DENY_ANY', result: 'PEER_DENIES_ALL' },
    {
      when: ({ theirAllowType }) => theirAllowType === 'ALLOW_ANY',
      result: 'OK',
      sets: both ? ['iHave', 'theyHave'] : ['iHave'],
    },
    {
      when: ({ facts, mySentFull, theirReceivedFull }) =>
        (mySentFull && !facts.mySent) || (theirReceivedFull && !facts.theirReceived),
      result: 'APPLICATION_LIMIT',
    },
    { when: ({ tooFrequent }) => tooFrequent, result: 'TOO_FREQUENT' },
    {
      when: (state) => needsConfirm(state) && state.facts.mySent && state.facts.theirReceived,
      result: 'PENDING',
      asks: true,
    },
    { when: needsConfirm, result: 'PENDING', sets: MY_REQUEST, asks: true },
  ];
}

const noRequest: Rule = { when: ({ facts }) => !facts.myReceived, result: 'NO_SUCH_APPLICATION' };

/** The rules of one action, in order. The last applies to every state that the others leave. */
export function toRules(action: RelationAction): Rule[] {
  switch (action.kind) {
    case 'ADD':
      return toAddRules(action.both);
    case 'ACCEPT':
      return [
        noRequest,
        ...(action.andAdd ? [myListIsFull] : []),
        theirListIsFull,
        {
          when: always,
          result: 'OK',
          sets: action.andAdd ? ['iHave', 'theyHave'] : ['theyHave'],
          clears: THEIR_REQUEST,
        },
      ];
    case 'REFUSE':
      return [noRequest, { when: always, result: 'OK', clears: THEIR_REQUEST }];
    case 'DISMISS':
      return [noRequest, { when: always, result: 'OK', clears: ['myReceived'] }];
    case 'WITHDRAW':
      return [
        { when: ({ facts }) => !facts.mySent, result: 'NO_SUCH_APPLICATION' },
        { when: always, result: 'OK', clears: MY_REQUEST },
      ];
    case 'DELETE':
      return [
        {
          when: ({ facts }) => facts.iHave,
          result: 'OK',
          clears: action.both ? ['iHave', 'theyHave'] : ['iHave'],
        },
        { when: ({ facts }) => action.both && facts.theyHave, result: 'OK', clears: ['theyHave'] },
        { when: always, result: 'NOT_FRIENDS' },
      ];
    case 'BLOCK':
      return [
        { when: ({ isSelf }) => isSelf, result: 'INVALID_PARAMETERS' },
        { when: ({ theyExist }) => !theyExist, result: 'USER_NOT_FOUND' },
        { when: ({ facts, myBlocksFull }) => myBlocksFull && !facts.iBlock, result: 'BLOCK_LIMIT' },
        { when: always, result: 'OK', sets: ['iBlock'], clears: ['iHave', 'theyHave', ...REQUESTS] },
      ];
    case 'UNBLOCK':
      return [{ when: always, result: 'OK', clears: ['iBlock'] }];
    case 'IMPORT':
      return [
        { when: ({ isSelf }) => isSelf, result: 'INVALID_PARAMETERS' },
        { when: ({ iExist, theyExist }) => !iExist || !theyExist, result: 'USER_NOT_FOUND' },
        ...blocks,
        { when: ({ facts }) => facts.iHave && (!action.both || facts.theyHave), result: 'ALREADY_FRIENDS' },
        myListIsFull,
        ...(action.both ? [theirListIsFull] : []),
        { when: always, result: 'OK', sets: action.both ? ['iHave', 'theyHave'] : ['iHave'] },
      ];
  }
}
