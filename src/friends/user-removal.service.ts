import type { Database } from '../database/sql';
import { toItemResult, type ItemResult } from '../errors';
import type { Bus } from '../events/bus';
import type { EventLog } from '../events/event-log.repository';
import type { EventDraft } from '../events/friendship-event';
import { requireIdList } from '../lib/id-list';
import type { Limits } from '../limits';
import { requireAdmin, type Viewer } from '../users/viewer';
import type { Traces, UserRemovalRepository } from './user-removal.repository';

/** Deletes users and everything that anybody's lists hold of them. */
export class UserRemovalService {
  constructor(
    private readonly database: Database,
    private readonly removals: UserRemovalRepository,
    private readonly log: EventLog,
    private readonly bus: Bus,
    private readonly limits: Limits,
  ) {}

  /**
   * Administrators only. One answer per user given, in order. Others hear of what their
   * lists lost; the deleted users' own live streams end. What stays, ids and no texts, is named in docs/security.md.
   */
  async remove(viewer: Viewer, userIDs: readonly string[]): Promise<ItemResult[]> {
    requireAdmin(viewer);
    const list = requireIdList('userIDs', userIDs, this.limits.idsPerCall);
    const existing = await this.database.transaction(async (tx) => {
      // Whoever changes something between two users holds both streams: with these held, no trace can be added. Those
      // whose lists lose something are held too, so that none of them counts on it meanwhile; looked for beforehand,
      // because all that is held must be asked for in one order.
      const touched = toOwners(await this.removals.loadTraces(tx, list.valid));
      const locked = await this.log.lock(tx, [...new Set([...list.valid, ...touched])]);
      const existing = await this.removals.findExisting(tx, list.valid);
      // One that was deleted and created anew while this waited is not held, and goes on changing: it came later.
      const removed = [...existing].filter((userID) => locked.has(userID));
      const found = new Set(removed);
      if (removed.length === 0) return found;
      const traces = await this.removals.loadTraces(tx, removed);
      // Some may have come just before the lock.
      await this.log.lock(tx, toOwners(traces));
      await this.removals.emptyWordings(tx, found);
      await this.removals.erase(tx, removed);
      await this.log.append(tx, toEvents(traces, found));
      tx.onCommit(() => {
        this.bus.publish(removed.map((userID) => ({ userID, head: null })));
      });
      return found;
    });
    const results = list.valid.map((userID) =>
      toItemResult(userID, existing.has(userID) ? 'OK' : 'USER_NOT_FOUND'),
    );
    return list.answer(
      (userID) => toItemResult(userID, 'INVALID_PARAMETERS'),
      new Map(results.map((result) => [result.userID, result])),
    );
  }
}

function toOwners({ friends, applications, blocks }: Traces): string[] {
  return [...new Set([...friends, ...applications, ...blocks].map((row) => row.owner_id))];
}

function toEvents({ friends, applications, blocks }: Traces, removed: ReadonlySet<string>): EventDraft[] {
  const drafts: EventDraft[] = [
    ...friends.map(({ owner_id, user_id }): EventDraft => {
      return { userID: owner_id, type: 'FRIEND_LIST_DELETED', payload: { userIDs: [user_id] } };
    }),
    ...applications.map(({ owner_id, user_id, type }): EventDraft => {
      const payload = { applicationType: type, userIDs: [user_id] };
      return { userID: owner_id, type: 'FRIEND_APPLICATION_LIST_DELETED', payload };
    }),
    ...blocks.map(({ owner_id, user_id }): EventDraft => {
      return { userID: owner_id, type: 'BLOCK_LIST_DELETED', payload: { userIDs: [user_id] } };
    }),
  ];
  return drafts.filter((draft) => !removed.has(draft.userID));
}
