import { InterruptedByOthersError } from '../database/interrupted';
import type { Database } from '../database/sql';
import type { ItemResult } from '../errors';
import type { Bus } from '../events/bus';
import type { EventLog } from '../events/event-log.repository';
import type { EventDraft } from '../events/friendship-event';
import { requireIdList } from '../lib/id-list';
import type { Limits } from '../limits';
import { requireAdmin, type Viewer } from '../users/viewer';
import type { Traces, UserRemovalRepository } from './user-removal.repository';

/** How often to begin anew because somebody met the users while they were waited for. */
const MAX_RUNS = 5;

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
   * Administrators only. One answer per user given, in order. Others hear of what their lists lost; the deleted users'
   * own live streams end. What stays, ids and no texts, is named in docs/security.md.
   */
  async remove(viewer: Viewer, userIDs: readonly string[]): Promise<ItemResult[]> {
    requireAdmin(viewer);
    const list = requireIdList('userIDs', userIDs, this.limits.idsPerCall);
    const removed = await this.removeHeld(list.valid);
    return list.answerCodes(list.valid.map((userID) => (removed.has(userID) ? 'OK' : 'USER_NOT_FOUND')));
  }

  /**
   * Gives those that were there. Whoever changes something between two users holds both streams: with these held, no
   * trace can be added. Those of whom something is changed are held too, so that none of them counts on it meanwhile.
   */
  private async removeHeld(userIDs: readonly string[]): Promise<ReadonlySet<string>> {
    const toHold = new Set(userIDs);
    let runs = 0;
    return this.database.transaction(async (tx) => {
      runs++;
      // Looked for beforehand, because all that is held must be asked for in one order.
      for (const owner of toOwners(await this.removals.loadTraces(tx, userIDs))) toHold.add(owner);
      const held = await this.log.lock(tx, [...toHold]);
      const existing = await this.removals.findExisting(tx, userIDs);
      // One that is created since is not held, and goes on changing: it came later.
      const removed = new Set([...existing].filter((userID) => held.has(userID)));
      if (removed.size === 0) return removed;
      let traces = await this.removals.loadTraces(tx, [...removed]);
      // Who was asked for and is not held is nobody any more: one who was asked by one of these, and deleted since.
      const late = toOwners(traces).filter((userID) => !toHold.has(userID));
      if (late.length > 0) {
        for (const owner of late) toHold.add(owner);
        if (runs < MAX_RUNS) throw new InterruptedByOthersError();
        // Out of order: who waits for one of these, and for whom these wait, has to begin anew.
        await this.log.lock(tx, late);
        // Some of them may have been deleted meanwhile.
        traces = await this.removals.loadTraces(tx, [...removed]);
      }
      await this.removals.emptyWordings(tx, removed, traces.askings);
      await this.removals.erase(tx, [...removed]);
      await this.log.append(tx, toEvents(traces, removed));
      tx.onCommit(() => {
        this.bus.publish([...removed].map((userID) => ({ userID, head: null })));
      });
      return removed;
    });
  }
}

function toOwners(traces: Traces): string[] {
  const { friends, applications, blocks, refusals, askings } = traces;
  const rows: { owner_id: string }[][] = [friends, applications, blocks, refusals, askings];
  return [...new Set(rows.flat().map((row) => row.owner_id))];
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
