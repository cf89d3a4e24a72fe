import type { ReceivedEvent } from '../listener';
import type { Lists } from '../lists';
import { toEventFacts, type EventFacts } from '../model-events';

/** Who and what is in a user's lists, by the facts of events alone. */
interface Members {
  friends: Set<string>;
  requests: Set<string>;
  blocks: Set<string>;
  groups: Map<string, Set<string>>;
}

/**
 * Replays a whole stream and says of every event that would change nothing, or that contradicts those before it: a
 * call that changes nothing sends no event, and no change is without one. What is left at the end must be the lists.
 */
export function findReplayProblems(base: Lists, events: readonly ReceivedEvent[], lists: Lists): string[] {
  const members = toMembers(base);
  const found: string[] = [];
  for (const event of events) {
    const facts = toEventFacts(event);
    for (const problem of apply(members, facts, event)) found.push(`${event.seq} ${facts.type}: ${problem}`);
  }
  const [got, wanted] = [toText(members), toText(toMembers(lists))];
  if (got !== wanted) found.push(`the events end with ${got}, and the lists are ${wanted}`);
  return found;
}

function toMembers({ friends, sent, received, blocks, groups }: Lists): Members {
  return {
    friends: new Set(friends.map(({ userID }) => userID)),
    requests: new Set([
      ...sent.map(({ userID }) => `SEND_OUT ${userID}`),
      ...received.map(({ userID }) => `COME_IN ${userID}`),
    ]),
    blocks: new Set(blocks),
    groups: new Map(groups.map((group) => [group.name, new Set(group.members)])),
  };
}

/** What is wrong with an event at its place; the members stand afterwards as it says. */
function apply(members: Members, { type, about, users }: EventFacts, event: ReceivedEvent): string[] {
  const { friends, requests, blocks, groups } = members;
  switch (type) {
    case 'FRIEND_LIST_ADDED':
      return put(friends, users);
    case 'FRIEND_LIST_DELETED':
      for (const group of groups.values()) for (const user of users) group.delete(user);
      return take(friends, users);
    case 'FRIEND_APPLICATION_LIST_ADDED':
      // One that is made anew is told again.
      for (const request of users) requests.add(request);
      return [];
    case 'FRIEND_APPLICATION_LIST_DELETED':
      return take(
        requests,
        users.map((user) => `${about} ${user}`),
      );
    case 'FRIEND_APPLICATION_LIST_READ':
      return users.filter((user) => !requests.has(`COME_IN ${user}`)).map((user) => `${user} does not ask`);
    case 'BLOCK_LIST_ADDED':
      return put(blocks, users);
    case 'BLOCK_LIST_DELETED':
      return take(blocks, users);
    case 'FRIEND_GROUP_CREATED': {
      const problems = groups.has(about) ? [`there is a group ${about}`] : [];
      groups.set(about, new Set(users));
      return problems;
    }
    case 'FRIEND_GROUP_DELETED':
      return users.filter((name) => !groups.delete(name)).map((name) => `there is no group ${name}`);
    case 'FRIEND_GROUP_RENAMED':
      return rename(groups, event['oldName'] as string, event['newName'] as string, users);
    case 'FRIENDS_ADDED_TO_GROUP':
    case 'FRIENDS_DELETED_FROM_GROUP': {
      const group = groups.get(about);
      if (group === undefined) return [`there is no group ${about}`];
      return type === 'FRIENDS_ADDED_TO_GROUP' ? put(group, users) : take(group, users);
    }
    default:
      return [];
  }
}

function rename(groups: Members['groups'], oldName: string, newName: string, users: string[]): string[] {
  const group = groups.get(oldName);
  const problems: string[] = [];
  if (group === undefined) problems.push(`there is no group ${oldName}`);
  else if (toSorted(group) !== toSorted(users)) problems.push(`the group holds ${toSorted(group)}`);
  if (groups.has(newName)) problems.push(`there is a group ${newName}`);
  groups.delete(oldName);
  groups.set(newName, new Set(users));
  return problems;
}

function put(list: Set<string>, users: readonly string[]): string[] {
  const problems = users.filter((user) => list.has(user)).map((user) => `${user} is there already`);
  for (const user of users) list.add(user);
  return problems;
}

function take(list: Set<string>, users: readonly string[]): string[] {
  return users.filter((user) => !list.delete(user)).map((user) => `${user} is not there`);
}

function toSorted(list: Iterable<string>): string {
  return [...list].sort().join();
}

function toText({ friends, requests, blocks, groups }: Members): string {
  const named = [...groups].map(([name, group]) => `${name}: ${toSorted(group)}`).sort();
  return JSON.stringify({
    friends: toSorted(friends),
    requests: toSorted(requests),
    blocks: toSorted(blocks),
    groups: named,
  });
}
