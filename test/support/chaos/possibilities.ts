import type { Answer } from '../model';
import type { Step } from '../steps';
import { ANY, claimOf, type Claim } from './claims';
import { toDone } from './promises';

/**
 * Every claim that a call may bring, after the rules, each at most once. `answer` is undefined where none came. What
 * stands in a stream more often than calls may have brought it was never done, or was told twice.
 */
export function toPossible(step: Step, answer: Answer): Claim[] {
  const isOver = (...codes: unknown[]): boolean => answer !== undefined && !codes.includes(answer);
  switch (step.kind) {
    case 'add': {
      const { by, to, group } = step;
      if (isOver('OK', 'PENDING')) return [];
      // A request keeps its group until it is accepted, by whatever call.
      const claims = group === '' ? [] : [claimOf.groupCreated(by, group), claimOf.intoGroup(by, group, to)];
      if (isOver('OK'))
        return [...claims, claimOf.asked(by, 'SEND_OUT', to), claimOf.asked(to, 'COME_IN', by)];
      if (answer === undefined)
        claims.push(claimOf.asked(by, 'SEND_OUT', to), claimOf.asked(to, 'COME_IN', by));
      return [...claims, ...toMeeting(by, to)];
    }
    case 'accept':
      return isOver('OK') ? [] : toMeeting(step.by, step.to);
    case 'refuse':
    case 'deleteApplication':
      return isOver('OK') ? [] : toEndOfRequests(step.by, step.to);
    case 'read':
      if (step.users === null) return [claimOf.read(step.by, ANY)];
      return step.users.map((user) => claimOf.read(step.by, user));
    case 'unfriend':
      return toDone(step.users, answer).flatMap((user) => toParting(step.by, user));
    case 'block':
      return toDone(step.users, answer).flatMap((user) => [
        claimOf.blocked(step.by, user),
        ...toParting(step.by, user),
        ...toEndOfRequests(step.by, user),
      ]);
    case 'unblock':
      return toDone(step.users, answer).map((user) => claimOf.unblocked(step.by, user));
    case 'createGroup':
      return [claimOf.groupCreated(step.by, step.name)];
    case 'addToGroup':
      return toDone(step.users, answer).map((user) => claimOf.intoGroup(step.by, step.name, user));
    case 'removeFromGroup':
      return toDone(step.users, answer).map((user) => claimOf.outOfGroup(step.by, step.name, user));
    case 'deleteGroups':
      return [...new Set(step.names)].map((name) => claimOf.groupDeleted(step.by, name));
    case 'renameGroup':
      return [claimOf.groupRenamed(step.by, step.name, step.newName)];
    case 'note':
      return [claimOf.changed(step.by, step.to)];
    case 'self':
      // Changes that wait may come as one event, never as more of them than there were.
      return [claimOf.selfUpdated(step.by), claimOf.changed(ANY, step.by)];
    case 'importFriends': {
      const { owner, friends } = step;
      const done = toDone(
        friends.map(({ user }) => user),
        answer,
      );
      return friends
        .filter(({ user }) => done.includes(user))
        .flatMap(({ user, groups }) => [
          ...toMeeting(owner, user),
          ...groups.flatMap((name) => [
            claimOf.groupCreated(owner, name),
            claimOf.intoGroup(owner, name, user),
          ]),
        ]);
    }
    case 'forbid':
      return [];
    case 'deleteUsers':
      return toDone(step.users, answer).flatMap((user) => [
        claimOf.deleted(ANY, user),
        claimOf.unblocked(ANY, user),
        claimOf.askedNoMore(ANY, 'SEND_OUT', user),
        claimOf.askedNoMore(ANY, 'COME_IN', user),
      ]);
  }
}

/** Two users become friends, one way or both; two-way friends keep no request. */
function toMeeting(a: string, b: string): Claim[] {
  return [claimOf.added(a, b), claimOf.added(b, a), ...toEndOfRequests(a, b)];
}

function toParting(a: string, b: string): Claim[] {
  return [claimOf.deleted(a, b), claimOf.deleted(b, a)];
}

function toEndOfRequests(a: string, b: string): Claim[] {
  return ['SEND_OUT', 'COME_IN'].flatMap((direction) => [
    claimOf.askedNoMore(a, direction, b),
    claimOf.askedNoMore(b, direction, a),
  ]);
}
