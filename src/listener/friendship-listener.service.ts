import type { ApplicationRepository } from '../applications/application.repository';
import { toApplicationID, type Application } from '../applications/friend-application';
import type { BlockRepository } from '../blocks/block.repository';
import { toBlockID, type BlockedUser } from '../blocks/blocked-user';
import { notRegistered } from '../errors';
import type { Sink } from '../events/delivery';
import { requireEventPlace, toEventCursor } from '../events/event-cursor';
import type { EventLog } from '../events/event-log.repository';
import type { EventSubscription } from '../events/event-subscription';
import type { ApplicationFacts, EventType } from '../events/friendship-event';
import type { EventHub } from '../events/hub';
import type { Viewer } from '../users/viewer';

/** The friendship listener: a viewer's own stream, and what its events show. */
export class FriendshipListener {
  constructor(
    private readonly log: EventLog,
    private readonly hub: EventHub,
    private readonly applications: ApplicationRepository,
    private readonly blocks: BlockRepository,
  ) {}

  /** Where the stream stands now, as a cursor to listen `after`. */
  async loadPosition({ userID }: Viewer): Promise<string> {
    const position = await this.log.findPosition(userID);
    if (position === null) throw notRegistered(userID);
    return toEventCursor(userID, { epoch: position.epoch, seq: position.head });
  }

  /**
   * Begins behind the cursor, or at the head when it is null. Throws BAD_USER_INPUT for a text that is no cursor of
   * the viewer's stream.
   */
  async listen(
    { userID }: Viewer,
    after: string | null,
    types: readonly string[] | null,
    sink: Sink,
  ): Promise<EventSubscription> {
    return this.hub.listen({
      userID,
      after: after === null ? null : requireEventPlace(userID, after),
      types: types === null ? null : new Set(types as EventType[]),
      sink,
    });
  }

  /** The requests of an event as they are now; one that is gone is shown as it was when the event was written. */
  async loadApplications({ userID }: Viewer, facts: readonly ApplicationFacts[]): Promise<Application[]> {
    const peers = facts.map((fact) => fact.userID);
    const current = new Map((await this.applications.load(userID, peers)).map((row) => [row.id, row]));
    return facts.map((fact) => {
      const id = toApplicationID(userID, fact.userID, fact.type);
      const addTime = new Date(fact.addTimeMs);
      return current.get(id) ?? { ...fact, id, addTime, readAt: fact.type === 'SEND_OUT' ? addTime : null };
    });
  }

  /** The blocked users of an event; `blockedAt` is the event's moment for one who is not blocked any more. */
  async loadBlockedUsers(
    { userID }: Viewer,
    blocked: readonly string[],
    occurredAt: Date,
  ): Promise<BlockedUser[]> {
    const current = new Map((await this.blocks.load(userID, blocked)).map((row) => [row.userID, row]));
    return blocked.map(
      (otherID) =>
        current.get(otherID) ?? { id: toBlockID(userID, otherID), userID: otherID, blockedAt: occurredAt },
    );
  }
}
