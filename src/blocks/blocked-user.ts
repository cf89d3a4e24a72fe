import type { Page } from '../lib/page';

/** One entry of a blocklist. */
export interface BlockedUser {
  id: string;
  userID: string;
  blockedAt: Date;
}

export interface BlockedUserConnection extends Page<BlockedUser> {
  /** Counts the whole list, not the page. */
  countAll: () => Promise<number>;
}

export function toBlockID(ownerID: string, userID: string): string {
  return `block ${ownerID} ${userID}`;
}
