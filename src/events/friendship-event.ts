/** A pending request seen from one of its two sides. */
export type ApplicationType = 'COME_IN' | 'SEND_OUT';

/** What a request said when the event was written: it may be gone when the event is delivered. */
export interface ApplicationFacts {
  /** The other party. */
  userID: string;
  type: ApplicationType;
  addSource: string;
  addWording: string;
  addTimeMs: number;
}

/**
 * What the log keeps of each kind of event: ids and small facts. Profiles and remarks are loaded at delivery, so a
 * replayed event shows them as they are now. A new kind breaks every table that is keyed by this type.
 */
export interface EventPayloads {
  /** The profile itself is loaded at delivery. */
  SELF_INFO_UPDATED: object;
  FRIEND_INFO_CHANGED: { userIDs: string[] };
  FRIEND_LIST_ADDED: { userIDs: string[] };
  FRIEND_LIST_DELETED: { userIDs: string[] };
  FRIEND_APPLICATION_LIST_ADDED: { applications: ApplicationFacts[] };
  FRIEND_APPLICATION_LIST_DELETED: { applicationType: ApplicationType; userIDs: string[] };
  FRIEND_APPLICATION_LIST_READ: { unreadCount: number; userIDs: string[] };
  BLOCK_LIST_ADDED: { userIDs: string[] };
  BLOCK_LIST_DELETED: { userIDs: string[] };
  FRIEND_GROUP_CREATED: { groupName: string; userIDs: string[] };
  FRIEND_GROUP_DELETED: { groupNames: string[] };
  /** Tells who is in the group: a client's copy may be older or newer than the rename. */
  FRIEND_GROUP_RENAMED: { oldName: string; newName: string; userIDs: string[] };
  FRIENDS_ADDED_TO_GROUP: { groupName: string; userIDs: string[] };
  FRIENDS_DELETED_FROM_GROUP: { groupName: string; userIDs: string[] };
}

export type EventType = keyof EventPayloads;

/** An event to be appended to the stream of `userID`. */
export type EventDraft = {
  [Type in EventType]: { userID: string; type: Type; payload: EventPayloads[Type] };
}[EventType];

/**
 * What happened, without its place in a stream: the same object stands for all whom one change is told to. Never
 * changed once it is made.
 */
export type EventFact = {
  [Type in EventType]: { type: Type; payload: EventPayloads[Type]; occurredAtMs: number };
}[EventType];

/** An event as the log keeps it. */
export interface StoredEvent {
  seq: number;
  fact: EventFact;
}

/** Where a user's stream stands: events `floor + 1` to `head` can be read. */
export interface StreamPosition {
  /** Changes when the stream begins anew: a user created again, a database restored. */
  epoch: string;
  head: number;
  floor: number;
}

/** Events that were appended to one stream, the last of them at `head`. */
export interface Appended {
  epoch: string;
  head: number;
  facts: readonly EventFact[];
}

/** Tells that a user's stream has grown to `head`. May be lost, doubled or late: the log is what is true. */
export interface Hint {
  userID: string;
  /** Null when the user was deleted: the stream has ended. */
  head: number | null;
  /** What was appended, where it is at hand. Of use in the same process only; never sent to another. */
  appended?: Appended;
}
