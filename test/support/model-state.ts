import { forget, newAccount, type Account, type Details } from './model-account';
import { place } from './model-groups';

export interface ModelLimits {
  friends: number;
  applications: number;
  blocks: number;
  groups: number;
  applicationsPerHour: number;
}

/** Everybody's lists in memory, and what moves between two users. */
export class ModelState {
  users = new Map<string, Account>();
  /** Who asked whom in the last call, asking again included. */
  asked: [sender: string, receiver: string][] = [];

  constructor(protected readonly limits: ModelLimits) {}

  /** The first call of an unknown user creates it. */
  register(name: string): Account {
    const account = this.users.get(name) ?? newAccount();
    this.users.set(name, account);
    return account;
  }

  protected need(name: string): Account {
    const account = this.users.get(name);
    if (account === undefined) throw new Error(`The model has no user "${name}".`);
    return account;
  }

  protected isFull(
    list: { size: number },
    limit: Exclude<keyof ModelLimits, 'applicationsPerHour'>,
  ): boolean {
    return list.size >= this.limits[limit];
  }

  /** Edges come to be: my own with my details, theirs with what they kept in their request to me, if there is one. */
  protected befriend(by: string, to: string, mine: Details, grows: { mine: boolean; theirs: boolean }): 'OK' {
    const [a, b] = [this.need(by), this.need(to)];
    const request = b.sent.get(by);
    if (grows.mine && !a.friends.has(to)) {
      const words = mine.source + mine.wording === '' ? (request ?? mine) : mine;
      a.friends.set(to, { remark: mine.remark, custom: '', source: words.source, wording: words.wording });
      for (const name of mine.groups) place(a, name, to, this.limits.groups);
    }
    if (grows.theirs && !b.friends.has(by)) {
      const { source, wording } = request ?? mine;
      b.friends.set(by, { remark: request?.remark ?? '', custom: '', source, wording });
      if (request !== undefined && request.group !== '') place(b, request.group, by, this.limits.groups);
    }
    if (a.friends.has(to) && b.friends.has(by)) {
      this.drop(by, to);
      this.drop(to, by);
    }
    return 'OK';
  }

  /** The request from one to the other is gone on both sides. */
  protected drop(sender: string, receiver: string): void {
    this.users.get(sender)?.sent.delete(receiver);
    this.users.get(receiver)?.received.delete(sender);
  }

  protected erase(name: string): void {
    this.users.delete(name);
    for (const account of this.users.values()) {
      forget(account, name);
      account.sent.delete(name);
      account.received.delete(name);
      account.blocks.delete(name);
      account.refusedBy.delete(name);
    }
  }

  relation(by: string, to: string): string {
    const [mine, theirs] = [this.users.get(by)?.friends.has(to), this.users.get(to)?.friends.has(by)];
    if (mine === true) return theirs === true ? 'BOTH_WAY' : 'IN_MY_FRIEND_LIST';
    return theirs === true ? 'IN_OTHER_FRIEND_LIST' : 'NONE';
  }
}
