import type { Answer } from '../model';
import type { Step } from '../steps';
import { claimOf, type Claim } from './claims';

/** One of these claims must stand in its user's stream, and for this call alone. */
export type Promised = readonly Claim[];

/**
 * What an acknowledged call promises, after the rules: nothing where it may have changed nothing. Names of profiles and
 * remarks are new in each call of a run, so that one which writes them always changes something.
 */
export function toPromised(step: Step, answer: Answer): Promised[] {
  switch (step.kind) {
    case 'add': {
      const { by, to, both } = step;
      if (answer === 'PENDING')
        return [[claimOf.asked(by, 'SEND_OUT', to)], [claimOf.asked(to, 'COME_IN', by)]];
      if (answer !== 'OK') return [];
      // One of the two may have had the other already.
      return [both ? [claimOf.added(by, to), claimOf.added(to, by)] : [claimOf.added(by, to)]];
    }
    case 'accept':
    case 'refuse': {
      const { by, to } = step;
      const ends = [[claimOf.askedNoMore(by, 'COME_IN', to)], [claimOf.askedNoMore(to, 'SEND_OUT', by)]];
      return answer === 'OK' ? ends : [];
    }
    case 'deleteApplication':
      return answer === 'OK' ? [[claimOf.askedNoMore(step.by, step.type, step.to)]] : [];
    case 'unfriend': {
      const { by, both } = step;
      return toDone(step.users, answer).map((user) =>
        both ? [claimOf.deleted(by, user), claimOf.deleted(user, by)] : [claimOf.deleted(by, user)],
      );
    }
    case 'createGroup': {
      const codes = Array.isArray(answer) ? (answer as string[]) : ['refused'];
      const isMade = codes.every((code) => code === 'OK' || code === 'NOT_FRIENDS');
      return isMade ? [[claimOf.groupCreated(step.by, step.name)]] : [];
    }
    case 'deleteGroups':
      return Array.isArray(answer) ? answer.map((name) => [claimOf.groupDeleted(step.by, String(name))]) : [];
    case 'renameGroup': {
      const isMoved = typeof answer === 'object' && step.name !== step.newName;
      return isMoved ? [[claimOf.groupRenamed(step.by, step.name, step.newName)]] : [];
    }
    case 'note': {
      const isDone = (answer as { code?: string } | null)?.code === 'OK';
      return isDone ? [[claimOf.changed(step.by, step.to)]] : [];
    }
    case 'self':
      return typeof answer === 'object' ? [[claimOf.selfUpdated(step.by)]] : [];
    case 'importFriends': {
      const users = step.friends.map(({ user }) => user);
      return toDone(users, answer).map((user) => [claimOf.added(step.owner, user)]);
    }
    // Safe to repeat, so that "OK" may mean that nothing was left to do; their last effects are seen in the lists.
    case 'block':
    case 'unblock':
    case 'addToGroup':
    case 'removeFromGroup':
    case 'read':
    case 'forbid':
    case 'deleteUsers':
      return [];
  }
}

/** The users for whom a call did what it says, each once. All of them where nobody knows. */
export function toDone(users: readonly string[], answer: Answer): string[] {
  if (answer === undefined) return [...new Set(users)];
  const codes = Array.isArray(answer) ? (answer as string[]) : [];
  return [...new Set(users.filter((_, index) => codes[index] === 'OK'))];
}
