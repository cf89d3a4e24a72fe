import type { ReceivedEvent } from '../listener';
import { toEventFacts } from '../model-events';
import { toClaim, type Claim } from './claims';

/** Events about a group as a whole: those whom they name besides are what the group holds then. */
const OF_A_GROUP: readonly string[] = ['FRIEND_GROUP_CREATED', 'FRIEND_GROUP_RENAMED'];

/** What an event of a user's stream says. */
export function toClaims(userID: string, event: ReceivedEvent): Claim[] {
  const { type, about, users } = toEventFacts(event);
  if (OF_A_GROUP.includes(type)) return [toClaim(userID, type, about, '')];
  return users.map((user) => toClaim(userID, type, about, user));
}

/** All that must be the same whenever and to whichever device an event is delivered. */
export function toFactsText(event: ReceivedEvent): string {
  const { type, about, users } = toEventFacts(event);
  return [event.cursor, event['occurredAt'], type, about, ...users].filter((part) => part !== '').join(' ');
}
