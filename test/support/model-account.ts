import type { AllowType } from './steps';

/** The words of a request or of a friendship's beginning. */
interface Words {
  source: string;
  wording: string;
}

export interface Entry extends Words {
  remark: string;
  custom: string;
}

export interface Details extends Words {
  remark: string;
  groups: string[];
}

/** One user and all that is the user's own. Maps and sets are in the order of age, the oldest first. */
export interface Account {
  nick: string;
  allowType: AllowType;
  forbidden: boolean;
  friends: Map<string, Entry>;
  groups: Map<string, Set<string>>;
  sent: Map<string, Words & { remark: string; group: string }>;
  received: Map<string, Words & { read: boolean }>;
  blocks: Set<string>;
  /** Requests made or renewed; a history is over within the hour. */
  askings: number;
  /** Who refused this user; a history is over before the wait is. */
  refusedBy: Set<string>;
}

export function newAccount(): Account {
  return {
    nick: '',
    allowType: 'NEED_CONFIRM',
    forbidden: false,
    friends: new Map(),
    groups: new Map(),
    sent: new Map(),
    received: new Map(),
    blocks: new Set(),
    askings: 0,
    refusedBy: new Set(),
  };
}

/** A copy that shares nothing with the original. */
export function cloneUsers(users: ReadonlyMap<string, Account>): Map<string, Account> {
  const clone = <Value extends object>(map: Map<string, Value>): Map<string, Value> =>
    new Map([...map].map(([key, value]) => [key, { ...value }]));
  return new Map(
    [...users].map(([name, account]) => [
      name,
      {
        ...account,
        friends: clone(account.friends),
        groups: new Map([...account.groups].map(([group, members]) => [group, new Set(members)])),
        sent: clone(account.sent),
        received: clone(account.received),
        blocks: new Set(account.blocks),
        refusedBy: new Set(account.refusedBy),
      },
    ]),
  );
}

/** An edge goes with all that hangs on it. */
export function forget({ friends, groups }: Account, peer: string): void {
  friends.delete(peer);
  for (const members of groups.values()) members.delete(peer);
}

/** Each user is treated once and answered at every place where it stands. */
export function each(users: readonly string[], decide: (user: string) => string): string[] {
  const answers = new Map<string, string>();
  for (const user of users) if (!answers.has(user)) answers.set(user, decide(user));
  return users.map((user) => answers.get(user) ?? '');
}

/** What one call adds to a list is of one age: such entries stand in the order of their ids. */
export function inOneMoment<Result>(list: Map<string, Entry> | Set<string>, call: () => Result): Result {
  const before = list.size;
  const result = call();
  const added = [...list.keys()].slice(before).sort();
  for (const key of added) {
    if (list instanceof Set) {
      list.delete(key);
      list.add(key);
    } else {
      const entry = list.get(key);
      list.delete(key);
      if (entry !== undefined) list.set(key, entry);
    }
  }
  return result;
}
