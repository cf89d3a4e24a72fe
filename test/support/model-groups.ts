import { NO_ID, type Step } from './steps';

export type GroupStep = Extract<
  Step,
  { kind: 'createGroup' | 'addToGroup' | 'removeFromGroup' | 'deleteGroups' | 'renameGroup' }
>;

/** What the rules of groups look at. Groups and friends are private to the owner. */
export interface GroupOwner {
  friends: ReadonlyMap<string, unknown>;
  groups: Map<string, Set<string>>;
}

/** What the model says of a call on one's own groups. */
export function changeGroups(owner: GroupOwner, step: GroupStep, maxGroups: number): unknown {
  const { groups } = owner;
  switch (step.kind) {
    case 'createGroup': {
      const all = step.users.length === 0 ? [step.by] : step.users;
      const refuse = (code: string): string[] => all.map(() => code);
      if (step.name === '') return refuse('INVALID_PARAMETERS');
      if (groups.has(step.name)) return refuse('GROUP_EXISTS');
      if (groups.size >= maxGroups) return refuse('GROUP_LIMIT');
      groups.set(step.name, new Set(step.users.filter((user) => owner.friends.has(user))));
      return step.users.map((user) => toMemberCode(owner, user));
    }
    case 'addToGroup':
    case 'removeFromGroup': {
      const members = groups.get(step.name);
      if (members === undefined) return step.users.map(() => 'GROUP_NOT_FOUND');
      for (const user of step.users.filter((user) => owner.friends.has(user))) {
        if (step.kind === 'addToGroup') members.add(user);
        else members.delete(user);
      }
      return step.users.map((user) => toMemberCode(owner, user));
    }
    case 'deleteGroups':
      return [...new Set(step.names)].filter((name) => groups.delete(name));
    case 'renameGroup': {
      const { name, newName } = step;
      const members = groups.get(name);
      if (newName === '') return 'INVALID_PARAMETERS';
      if (members === undefined) return 'GROUP_NOT_FOUND';
      if (newName !== name && groups.has(newName)) return 'GROUP_EXISTS';
      groups.delete(name);
      groups.set(newName, members);
      return { name: newName, friendCount: members.size };
    }
  }
}

/** A new friend goes into a group, which is made where it is missing; without room the friend stays outside. */
export function place({ groups }: GroupOwner, name: string, friend: string, maxGroups: number): void {
  const members = groups.get(name);
  if (members !== undefined) members.add(friend);
  else if (groups.size < maxGroups) groups.set(name, new Set([friend]));
}

function toMemberCode(owner: GroupOwner, user: string): string {
  if (user === NO_ID) return 'INVALID_PARAMETERS';
  return owner.friends.has(user) ? 'OK' : 'NOT_FRIENDS';
}
