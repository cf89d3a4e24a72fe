import type { ApplicationType } from '../events/friendship-event';
import type { Page, PageKey } from '../lib/page';

/** One side of a pending request as its owner sees it. */
export interface Application {
  id: string;
  /** The other party. */
  userID: string;
  type: ApplicationType;
  addSource: string;
  addWording: string;
  addTime: Date;
  /** Null while unread; always set for SEND_OUT. */
  readAt: Date | null;
}

export interface ApplicationConnection extends Page<Application> {
  /** Counts the whole list, not the page. */
  countAll: () => Promise<number>;
  /** Counts unread incoming requests over the whole list. */
  countUnread: () => Promise<number>;
}

/** A user may have a request in each direction with the same peer: the direction is the last part of the key. */
export function toApplicationKey({ addTime, userID, type }: Application): PageKey {
  return { atMs: addTime.getTime(), id: `${userID} ${type}` };
}

export function toApplicationID(ownerID: string, userID: string, type: ApplicationType): string {
  return `application ${ownerID} ${userID} ${type}`;
}
