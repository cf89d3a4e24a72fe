import type { ReceivedEvent } from './listener';
import type { Model } from './model';
import type { Account } from './model-account';
import type { Step } from './steps';

/** An event by its facts alone, lists sorted. */
export interface EventFacts {
  type: string;
  /** What the event is about: a direction, a group, a name. */
  about: string;
  users: string[];
}

/**
 * The events that a call must bring to a user who was there before it: the difference that it made to the user's
 * lists, each kind at most once, and nothing when it made none. Changes of friends' profiles follow later and are not
 * among them, nor are the user's own notes, which come as the same kind.
 */
export function toExpectedEvents(
  before: Account,
  after: Account,
  name: string,
  step: Step,
  { asked }: Model,
): EventFacts[] {
  const events: EventFacts[] = [];
  const add = (type: string, users: string[], about = ''): void => {
    if (users.length > 0) events.push({ type, about, users: users.sort() });
  };
  // Whether a user is forbidden to send requests is told to nobody.
  if (before.nick !== after.nick || before.allowType !== after.allowType) add('SELF_INFO_UPDATED', [name]);
  add('FRIEND_LIST_ADDED', missing(after.friends, before.friends));
  add('FRIEND_LIST_DELETED', missing(before.friends, after.friends));
  add('BLOCK_LIST_ADDED', missing(after.blocks, before.blocks));
  add('BLOCK_LIST_DELETED', missing(before.blocks, after.blocks));
  add('FRIEND_APPLICATION_LIST_DELETED', missing(before.sent, after.sent), 'SEND_OUT');
  add('FRIEND_APPLICATION_LIST_DELETED', missing(before.received, after.received), 'COME_IN');
  add(
    'FRIEND_APPLICATION_LIST_ADDED',
    asked.filter(([sender]) => sender === name).map(([, to]) => `SEND_OUT ${to}`),
  );
  add(
    'FRIEND_APPLICATION_LIST_ADDED',
    asked.filter(([, to]) => to === name).map(([from]) => `COME_IN ${from}`),
  );
  const read = [...after.received].filter(
    ([from, request]) => request.read && before.received.get(from)?.read === false,
  );
  add(
    'FRIEND_APPLICATION_LIST_READ',
    read.map(([from]) => from),
  );
  return [...events, ...toGroupEvents(before, after, step)];
}

function toGroupEvents(before: Account, after: Account, step: Step): EventFacts[] {
  const created = missing(after.groups, before.groups);
  const deleted = missing(before.groups, after.groups);
  if (step.kind === 'renameGroup') {
    const users = [...(after.groups.get(step.newName) ?? [])].sort();
    return deleted.length === 0
      ? []
      : [{ type: 'FRIEND_GROUP_RENAMED', about: `${step.name} ${step.newName}`, users }];
  }
  const events = created.map((group) => {
    return { type: 'FRIEND_GROUP_CREATED', about: group, users: [...(after.groups.get(group) ?? [])].sort() };
  });
  if (deleted.length > 0) events.push({ type: 'FRIEND_GROUP_DELETED', about: '', users: deleted.sort() });
  for (const [group, members] of after.groups) {
    const earlier = before.groups.get(group);
    if (earlier === undefined) continue;
    const added = missing(members, earlier).sort();
    // Who leaves the friend list leaves the groups with it: FriendListDeleted says so.
    const removed = missing(earlier, members).filter((user) => after.friends.has(user));
    if (added.length > 0) events.push({ type: 'FRIENDS_ADDED_TO_GROUP', about: group, users: added });
    if (removed.length > 0)
      events.push({ type: 'FRIENDS_DELETED_FROM_GROUP', about: group, users: removed.sort() });
  }
  return events;
}

/** The keys of the one that are not in the other. */
function missing(
  from: ReadonlyMap<string, unknown> | ReadonlySet<string>,
  other: { has(key: string): boolean },
): string[] {
  return [...from.keys()].filter((key) => !other.has(key));
}

export function toEventFacts(event: ReceivedEvent): EventFacts {
  const text = (...names: string[]): string =>
    names.flatMap((name) => (event[name] as string | undefined) ?? []).join(' ');
  const about = text('applicationType', 'groupName', 'oldName', 'newName');
  const ids = (name: string): string[] =>
    ((event[name] ?? []) as { userID: string }[]).map(({ userID }) => userID);
  const applications = (event['applications'] ?? []) as { userID: string; type: string }[];
  const users = [
    ...((event['userIDs'] ?? event['groupNames'] ?? []) as string[]),
    ...ids('friends'),
    ...ids('blockedUsers'),
    ...applications.map(({ type, userID }) => `${type} ${userID}`),
    ...(event.type === 'SELF_INFO_UPDATED' ? [(event['user'] as { id: string }).id] : []),
  ];
  return { type: event.type, about, users: users.sort() };
}
