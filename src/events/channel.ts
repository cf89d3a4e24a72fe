import type { EventSubscription } from './event-subscription';
import type { Appended } from './friendship-event';

/** All that listens to one user's stream in this process. */
export interface Channel {
  userID: string;
  /** Another list when somebody comes or goes: a turn goes on with the one that it has found. Empty once all have gone. */
  subscriptions: readonly EventSubscription[];
  /**
   * What may not have been delivered yet: null where the log must tell, undefined while there is nothing and the channel
   * does not wait for a turn.
   */
  waiting: Appended | null | undefined;
}
