import { cloneUsers, each, forget, inOneMoment, type Entry } from './model-account';
import { changeGroups } from './model-groups';
import { ModelState } from './model-state';
import { NO_ID, type Step } from './steps';

/** Codes by place, a number, names: whatever the call answers, as plain JSON. */
export type Answer = unknown;

/**
 * The rules a second time, in memory, for one call after another: what every call answers and what it leaves behind.
 * Written from the rules and not from the code, so that one can be held against the other.
 */
export class Model extends ModelState {
  clone(): Model {
    const copy = new Model(this.limits);
    copy.users = cloneUsers(this.users);
    return copy;
  }

  /** What the call answers; the model stands afterwards as the server should. */
  apply(step: Step): Answer {
    this.asked = [];
    if ('by' in step) this.register(step.by);
    switch (step.kind) {
      case 'add':
        return this.add(step);
      case 'accept':
        return this.accept(step);
      case 'refuse': {
        const answer = this.deleteApplication({ ...step, kind: 'deleteApplication', type: 'COME_IN' });
        if (answer === 'OK') {
          this.drop(step.to, step.by);
          this.need(step.to).refusedBy.add(step.by);
        }
        return answer;
      }
      case 'deleteApplication':
        return this.deleteApplication(step);
      case 'read':
        return this.read(step.by, step.users);
      case 'unfriend':
        return each(step.users, (to) => this.unfriend(step.by, to, step.both));
      case 'block': {
        const { blocks } = this.need(step.by);
        return inOneMoment(blocks, () => each(step.users, (to) => this.block(step.by, to)));
      }
      case 'unblock': {
        const { blocks } = this.need(step.by);
        return each(step.users, (to) => (to === NO_ID || !blocks.delete(to) ? toUnblocked(to) : 'OK'));
      }
      case 'createGroup':
      case 'addToGroup':
      case 'removeFromGroup':
      case 'deleteGroups':
      case 'renameGroup':
        return changeGroups(this.need(step.by), step, this.limits.groups);
      case 'note':
        return this.note(step);
      case 'self': {
        const me = this.need(step.by);
        me.nick = step.nick ?? me.nick;
        me.allowType = step.allowType ?? me.allowType;
        return { nick: me.nick, allowType: me.allowType };
      }
      case 'importFriends':
        return this.importFriends(step);
      case 'forbid':
        this.register(step.user).forbidden = step.forbidden;
        return ['OK'];
      case 'deleteUsers': {
        const existing = new Set(step.users.filter((user) => this.users.has(user)));
        for (const user of existing) this.erase(user);
        return each(step.users, (user) => (existing.has(user) ? 'OK' : toMissing(user)));
      }
    }
  }

  private add({ by, to, both, remark, group, wording, source }: Extract<Step, { kind: 'add' }>): string {
    if (to === NO_ID || by === to) return 'INVALID_PARAMETERS';
    const [a, b] = [this.need(by), this.users.get(to)];
    if (b === undefined) return 'USER_NOT_FOUND';
    if (a.forbidden) return 'REQUESTS_FORBIDDEN';
    if (a.blocks.has(to)) return 'BLOCKED_BY_ME';
    if (b.blocks.has(by)) return 'BLOCKED_BY_PEER';
    const [aHasB, bHasA] = [a.friends.has(to), b.friends.has(by)];
    if (aHasB && (!both || bHasA)) return 'ALREADY_FRIENDS';
    const isAnswer = b.sent.has(by) && !bHasA;
    if (!aHasB && this.isFull(a.friends, 'friends')) return 'FRIEND_LIMIT';
    if ((both || isAnswer) && !bHasA && this.isFull(b.friends, 'friends')) return 'PEER_FRIEND_LIMIT';
    const words = { source: toSource(source), wording };
    const details = { remark, groups: group === '' ? [] : [group], ...words };
    if (bHasA) return this.befriend(by, to, details, { mine: true, theirs: false });
    if (isAnswer) return this.befriend(by, to, details, { mine: true, theirs: true });
    if (b.allowType === 'DENY_ANY') return 'PEER_DENIES_ALL';
    if (b.allowType === 'ALLOW_ANY') return this.befriend(by, to, details, { mine: true, theirs: both });
    if (!a.sent.has(to) && this.isFull(a.sent, 'applications')) return 'APPLICATION_LIMIT';
    if (!b.received.has(by) && this.isFull(b.received, 'applications')) return 'APPLICATION_LIMIT';
    if (a.refusedBy.has(to) || a.askings >= this.limits.applicationsPerHour) return 'TOO_FREQUENT';
    a.askings += 1;
    this.drop(by, to);
    a.sent.set(to, { ...words, remark, group });
    b.received.set(by, { ...words, read: false });
    this.asked.push([by, to]);
    return 'PENDING';
  }

  private accept({ by, to, andAdd, remark }: Extract<Step, { kind: 'accept' }>): string {
    if (to === NO_ID) return 'INVALID_PARAMETERS';
    const me = this.need(by);
    if (!me.received.has(to)) return 'NO_SUCH_APPLICATION';
    const they = this.need(to);
    if (andAdd && !me.friends.has(to) && this.isFull(me.friends, 'friends')) return 'FRIEND_LIMIT';
    if (!they.friends.has(by) && this.isFull(they.friends, 'friends')) return 'PEER_FRIEND_LIMIT';
    this.befriend(by, to, { remark, groups: [], ...NO_WORDS }, { mine: andAdd, theirs: true });
    this.drop(to, by);
    return 'OK';
  }

  private deleteApplication({ by, to, type }: Extract<Step, { kind: 'deleteApplication' }>): string {
    if (to === NO_ID) return 'INVALID_PARAMETERS';
    const { sent, received } = this.need(by);
    if (!(type === 'SEND_OUT' ? sent : received).has(to)) return 'NO_SUCH_APPLICATION';
    if (type === 'SEND_OUT') this.drop(by, to);
    else received.delete(to);
    return 'OK';
  }

  private read(by: string, users: string[] | null): number {
    const { received } = this.need(by);
    for (const [sender, request] of received) if (users?.includes(sender) ?? true) request.read = true;
    return [...received.values()].filter(({ read }) => !read).length;
  }

  private unfriend(by: string, to: string, both: boolean): string {
    if (to === NO_ID) return 'INVALID_PARAMETERS';
    const [a, b] = [this.need(by), this.users.get(to)];
    if (!a.friends.has(to) && !(both && b?.friends.has(by) === true)) return 'NOT_FRIENDS';
    forget(a, to);
    if (both && b !== undefined) forget(b, by);
    return 'OK';
  }

  private block(by: string, to: string): string {
    if (to === NO_ID || to === by) return 'INVALID_PARAMETERS';
    const [a, b] = [this.need(by), this.users.get(to)];
    if (b === undefined) return 'USER_NOT_FOUND';
    if (a.blocks.has(to)) return 'OK';
    if (this.isFull(a.blocks, 'blocks')) return 'BLOCK_LIMIT';
    a.blocks.add(to);
    forget(a, to);
    forget(b, by);
    this.drop(by, to);
    this.drop(to, by);
    return 'OK';
  }

  private importFriends({ owner, friends }: Extract<Step, { kind: 'importFriends' }>): Answer {
    const list = this.users.get(owner)?.friends ?? new Map<string, Entry>();
    // The first entry of a user is the one that counts.
    const first = new Map<string, ImportedFriend>();
    for (const friend of friends) if (!first.has(friend.user)) first.set(friend.user, friend);
    return inOneMoment(list, () =>
      each(
        friends.map(({ user }) => user),
        (user) => {
          const friend = first.get(user);
          const isValid = friend !== undefined && user !== NO_ID && !friend.groups.includes('');
          return isValid ? this.importFriend(owner, friend) : 'INVALID_PARAMETERS';
        },
      ),
    );
  }

  private importFriend(owner: string, { user, remark, groups }: ImportedFriend): string {
    if (user === owner) return 'INVALID_PARAMETERS';
    const [a, b] = [this.users.get(owner), this.users.get(user)];
    if (a === undefined || b === undefined) return 'USER_NOT_FOUND';
    if (a.blocks.has(user)) return 'BLOCKED_BY_ME';
    if (b.blocks.has(owner)) return 'BLOCKED_BY_PEER';
    if (a.friends.has(user)) return 'ALREADY_FRIENDS';
    if (this.isFull(a.friends, 'friends')) return 'FRIEND_LIMIT';
    return this.befriend(owner, user, { remark, groups, ...NO_WORDS }, { mine: true, theirs: false });
  }

  private note({ by, to, remark, custom }: Extract<Step, { kind: 'note' }>): Answer {
    if (to === NO_ID) return { code: 'INVALID_PARAMETERS', relation: 'NONE' };
    const entry = this.need(by).friends.get(to);
    const relation = this.relation(by, to);
    if (entry === undefined) return { code: 'NOT_FRIENDS', relation };
    entry.remark = remark ?? entry.remark;
    entry.custom = custom ?? entry.custom;
    return { code: 'OK', relation, remark: entry.remark, custom: entry.custom };
  }
}

type ImportedFriend = Extract<Step, { kind: 'importFriends' }>['friends'][number];

const NO_WORDS = { source: '', wording: '' };

function toSource(source: string): string {
  return source === '' ? '' : `AddSource_Type_${source}`;
}

function toMissing(user: string): string {
  return user === NO_ID ? 'INVALID_PARAMETERS' : 'USER_NOT_FOUND';
}

/** Unblocking somebody who is not blocked is safe to repeat. */
function toUnblocked(user: string): string {
  return user === NO_ID ? 'INVALID_PARAMETERS' : 'OK';
}
