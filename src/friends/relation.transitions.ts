import type { ResultCode } from '../errors';
import type { ApplicationType } from '../events/friendship-event';
import type { AllowType } from '../users/profile';

/**
 * The rules of the relationship chain: `(state, action) → result, next state, events`, for one user, "I", acting on
 * another, "they". Pure; SQL applies what is decided here in the transaction that read the state.
 */

/** What is stored of a pair: each property is one row. */
export interface PairFacts {
  /** They are in my friend list. */
  iHave: boolean;
  theyHave: boolean;
  iBlock: boolean;
  theyBlock: boolean;
  /** My request to them, as I see it (SEND_OUT). It exists until it is answered or withdrawn. */
  mySent: boolean;
  /** My request to them, as they see it (COME_IN). They may have deleted it. */
  theirReceived: boolean;
  myReceived: boolean;
  theirSent: boolean;
}

/** Facts, and what else decides. A list is full when it has no room for one more. */
export interface PairState {
  facts: PairFacts;
  isSelf: boolean;
  iExist: boolean;
  theyExist: boolean;
  /** An administrator forbids me to send requests. */
  requestsForbidden: boolean;
  theirAllowType: AllowType;
  myFriendsFull: boolean;
  theirFriendsFull: boolean;
  mySentFull: boolean;
  theirReceivedFull: boolean;
  myBlocksFull: boolean;
  /** They refused me and the wait is not over, or I have asked as often within an hour as is allowed. */
  tooFrequent: boolean;
}

export type RelationAction =
  | { kind: 'ADD'; both: boolean }
  | { kind: 'ACCEPT'; andAdd: boolean }
  | { kind: 'REFUSE' }
  /** I take my request back. */
  | { kind: 'WITHDRAW' }
  /** I delete a request to me from my list without answering it. */
  | { kind: 'DISMISS' }
  | { kind: 'DELETE'; both: boolean }
  | { kind: 'BLOCK' }
  | { kind: 'UNBLOCK' }
  /** An administrator's import: no policy and no request. */
  | { kind: 'IMPORT'; both: boolean };

export interface Decision {
  result: ResultCode;
  next: PairFacts;
  /** My request was made or made anew. */
  asked: boolean;
  /** I said no: they have to wait before they may ask me again. */
  refused: boolean;
}

export function decide(state: PairState, action: RelationAction): Decision {
  const { facts } = state;
  switch (action.kind) {
    case 'ADD':
      return decideAdd(state, action.both);
    case 'IMPORT':
      return decideImport(state, action.both);
    case 'ACCEPT':
      return decideAccept(state, action.andAdd);
    case 'REFUSE':
      if (!facts.myReceived) return refuse(state, 'NO_SUCH_APPLICATION');
      return { ...allow(state, { myReceived: false, theirSent: false }), refused: true };
    case 'DISMISS':
      if (!facts.myReceived) return refuse(state, 'NO_SUCH_APPLICATION');
      return allow(state, { myReceived: false });
    case 'WITHDRAW':
      if (!facts.mySent) return refuse(state, 'NO_SUCH_APPLICATION');
      return allow(state, { mySent: false, theirReceived: false });
    case 'DELETE':
      if (!facts.iHave && !(action.both && facts.theyHave)) return refuse(state, 'NOT_FRIENDS');
      return allow(state, { iHave: false, theyHave: facts.theyHave && !action.both });
    case 'BLOCK':
      return decideBlock(state);
    case 'UNBLOCK':
      // Not blocked is what was asked for: safe to repeat, and nothing is restored.
      return allow(state, { iBlock: false });
  }
}

/** The rows of rules.md's table for addFriend, in its order: the first that applies decides. */
function decideAdd(state: PairState, both: boolean): Decision {
  const { facts } = state;
  if (state.isSelf) return refuse(state, 'INVALID_PARAMETERS');
  if (!state.theyExist) return refuse(state, 'USER_NOT_FOUND');
  if (state.requestsForbidden) return refuse(state, 'REQUESTS_FORBIDDEN');
  if (facts.iBlock) return refuse(state, 'BLOCKED_BY_ME');
  if (facts.theyBlock) return refuse(state, 'BLOCKED_BY_PEER');
  if (facts.iHave && (!both || facts.theyHave)) return refuse(state, 'ALREADY_FRIENDS');
  const crossing = facts.theirSent && !facts.theyHave;
  const full = findFullList(state, { iHave: true, theyHave: both || crossing });
  if (full !== null) return refuse(state, full);
  if (facts.theyHave) return allow(state, { iHave: true });
  if (crossing) return allow(state, { iHave: true, theyHave: true });
  switch (state.theirAllowType) {
    case 'DENY_ANY':
      return refuse(state, 'PEER_DENIES_ALL');
    case 'ALLOW_ANY':
      return allow(state, { iHave: true, theyHave: both });
    case 'NEED_CONFIRM':
      return ask(state);
  }
}

/** Asking again refreshes the request; the peer's row needs room again when the peer had deleted it. */
function ask(state: PairState): Decision {
  const { facts } = state;
  if (!facts.mySent && state.mySentFull) return refuse(state, 'APPLICATION_LIMIT');
  if (!facts.theirReceived && state.theirReceivedFull) return refuse(state, 'APPLICATION_LIMIT');
  if (state.tooFrequent) return refuse(state, 'TOO_FREQUENT');
  const next = { ...facts, mySent: true, theirReceived: true };
  return { result: 'PENDING', next, asked: true, refused: false };
}

function decideAccept(state: PairState, andAdd: boolean): Decision {
  const { facts } = state;
  if (!facts.myReceived) return refuse(state, 'NO_SUCH_APPLICATION');
  const full = findFullList(state, { iHave: andAdd, theyHave: true });
  if (full !== null) return refuse(state, full);
  return allow(state, { iHave: facts.iHave || andAdd, theyHave: true, myReceived: false, theirSent: false });
}

function decideBlock(state: PairState): Decision {
  if (state.isSelf) return refuse(state, 'INVALID_PARAMETERS');
  if (!state.theyExist) return refuse(state, 'USER_NOT_FOUND');
  if (!state.facts.iBlock && state.myBlocksFull) return refuse(state, 'BLOCK_LIMIT');
  return allow(state, { iBlock: true, iHave: false, theyHave: false, ...NO_REQUESTS });
}

function decideImport(state: PairState, both: boolean): Decision {
  const { facts } = state;
  if (state.isSelf) return refuse(state, 'INVALID_PARAMETERS');
  if (!state.iExist || !state.theyExist) return refuse(state, 'USER_NOT_FOUND');
  if (facts.iBlock) return refuse(state, 'BLOCKED_BY_ME');
  if (facts.theyBlock) return refuse(state, 'BLOCKED_BY_PEER');
  if (facts.iHave && (!both || facts.theyHave)) return refuse(state, 'ALREADY_FRIENDS');
  const full = findFullList(state, { iHave: true, theyHave: both });
  if (full !== null) return refuse(state, full);
  return allow(state, { iHave: true, theyHave: facts.theyHave || both });
}

const NO_REQUESTS = { mySent: false, theirReceived: false, myReceived: false, theirSent: false };

/** The code of the first list that would have to grow and cannot; mine before theirs. */
function findFullList(state: PairState, wanted: Pick<PairFacts, 'iHave' | 'theyHave'>): ResultCode | null {
  if (wanted.iHave && !state.facts.iHave && state.myFriendsFull) return 'FRIEND_LIMIT';
  if (wanted.theyHave && !state.facts.theyHave && state.theirFriendsFull) return 'PEER_FRIEND_LIMIT';
  return null;
}

function refuse(state: PairState, result: ResultCode): Decision {
  return { result, next: state.facts, asked: false, refused: false };
}

/** Two-way friends have nothing left to ask each other: however they became so, no request stays between them. */
function allow(state: PairState, changes: Partial<PairFacts>): Decision {
  const next = { ...state.facts, ...changes };
  const settled = next.iHave && next.theyHave ? { ...next, ...NO_REQUESTS } : next;
  return { result: 'OK', next: settled, asked: false, refused: false };
}

/** An event that a decision brings about, and on whose stream. */
export type RelationEvent =
  | {
      to: 'me' | 'them';
      type: 'BLOCK_LIST_ADDED' | 'BLOCK_LIST_DELETED' | 'FRIEND_LIST_ADDED' | 'FRIEND_LIST_DELETED';
    }
  | {
      to: 'me' | 'them';
      type: 'FRIEND_APPLICATION_LIST_ADDED' | 'FRIEND_APPLICATION_LIST_DELETED';
      applicationType: ApplicationType;
    };

const ROW_OF_REQUEST = {
  mySent: { to: 'me', applicationType: 'SEND_OUT' },
  theirReceived: { to: 'them', applicationType: 'COME_IN' },
  myReceived: { to: 'me', applicationType: 'COME_IN' },
  theirSent: { to: 'them', applicationType: 'SEND_OUT' },
} as const;

/** The events of a decision: what changed, told to whoever's list it changed, and nothing else. */
export function toRelationEvents(before: PairFacts, { next, asked }: Decision): RelationEvent[] {
  const events: RelationEvent[] = [];
  if (!before.iBlock && next.iBlock) events.push({ to: 'me', type: 'BLOCK_LIST_ADDED' });
  if (before.iBlock && !next.iBlock) events.push({ to: 'me', type: 'BLOCK_LIST_DELETED' });
  if (before.iHave && !next.iHave) events.push({ to: 'me', type: 'FRIEND_LIST_DELETED' });
  if (before.theyHave && !next.theyHave) events.push({ to: 'them', type: 'FRIEND_LIST_DELETED' });
  for (const name of ['mySent', 'theirReceived', 'myReceived', 'theirSent'] as const) {
    if (before[name] && !next[name])
      events.push({ ...ROW_OF_REQUEST[name], type: 'FRIEND_APPLICATION_LIST_DELETED' });
  }
  if (asked) {
    events.push({ ...ROW_OF_REQUEST.mySent, type: 'FRIEND_APPLICATION_LIST_ADDED' });
    events.push({ ...ROW_OF_REQUEST.theirReceived, type: 'FRIEND_APPLICATION_LIST_ADDED' });
  }
  if (!before.iHave && next.iHave) events.push({ to: 'me', type: 'FRIEND_LIST_ADDED' });
  if (!before.theyHave && next.theyHave) events.push({ to: 'them', type: 'FRIEND_LIST_ADDED' });
  return events;
}
