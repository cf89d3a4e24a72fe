import type { EventDraft } from './friendship-event';

/**
 * Joins the events of one call: those of one user and one kind become one event with a list, in the place of the
 * first. What cannot be a list (a rename, the own profile) stays as it is.
 */
export function mergeDrafts(drafts: readonly EventDraft[]): EventDraft[] {
  const merged = new Map<string, EventDraft>();
  for (const draft of drafts) {
    const key = `${draft.userID} ${toKind(draft)}`;
    const first = merged.get(key);
    merged.set(key, first === undefined ? draft : join(first, draft));
  }
  return [...merged.values()];
}

/** What tells one event from the next within a call: the kind and the facts that all items of the event share. */
function toKind(draft: EventDraft): string {
  switch (draft.type) {
    case 'FRIEND_APPLICATION_LIST_DELETED':
      return `${draft.type} ${draft.payload.applicationType}`;
    case 'FRIEND_GROUP_CREATED':
    case 'FRIENDS_ADDED_TO_GROUP':
    case 'FRIENDS_DELETED_FROM_GROUP':
      return `${draft.type} ${draft.payload.groupName}`;
    case 'FRIEND_GROUP_RENAMED':
      return `${draft.type} ${draft.payload.oldName}`;
    case 'SELF_INFO_UPDATED':
    case 'FRIEND_INFO_CHANGED':
    case 'FRIEND_LIST_ADDED':
    case 'FRIEND_LIST_DELETED':
    case 'FRIEND_APPLICATION_LIST_ADDED':
    case 'FRIEND_APPLICATION_LIST_READ':
    case 'BLOCK_LIST_ADDED':
    case 'BLOCK_LIST_DELETED':
    case 'FRIEND_GROUP_DELETED':
      return draft.type;
  }
}

function join(first: EventDraft, next: EventDraft): EventDraft {
  const payload: Record<string, unknown> = { ...next.payload };
  for (const [name, value] of Object.entries(first.payload)) {
    const more = payload[name];
    if (Array.isArray(value) && Array.isArray(more))
      payload[name] = [...(value as unknown[]), ...(more as unknown[])];
  }
  return { ...next, payload } as EventDraft;
}
