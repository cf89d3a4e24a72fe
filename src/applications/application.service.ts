import type { Database } from '../database/sql';
import { toItemResult, type ItemResult } from '../errors';
import type { EventLog } from '../events/event-log.repository';
import type { ApplicationType } from '../events/friendship-event';
import { requireRemark } from '../friends/friend-texts';
import { NO_DETAILS, type RelationDetails } from '../friends/relation-effects';
import type { RelationCalls } from '../friends/relation-calls';
import type { RelationAction } from '../friends/relation.transitions';
import type { Clock } from '../lib/clock';
import { requireIdList } from '../lib/id-list';
import { requirePage, toPage, type PageInput } from '../lib/page';
import { isUserID } from '../lib/user-id';
import type { Limits } from '../limits';
import type { Viewer } from '../users/viewer';
import type { ApplicationRepository } from './application.repository';
import { toApplicationKey, type ApplicationConnection } from './friend-application';

export interface AcceptApplication {
  userID: string;
  acceptType: 'AGREE' | 'AGREE_AND_ADD';
  friendRemark?: string | null | undefined;
}

/** The viewer's pending requests, sent and received. */
export class ApplicationService {
  constructor(
    private readonly database: Database,
    private readonly applications: ApplicationRepository,
    private readonly relations: RelationCalls,
    private readonly log: EventLog,
    private readonly clock: Clock,
    private readonly limits: Limits,
  ) {}

  /** Newest first; both directions when `type` is null. */
  async loadPage(
    viewer: Viewer,
    input: PageInput,
    type: ApplicationType | null,
  ): Promise<ApplicationConnection> {
    const { userID } = viewer;
    const direction = type ?? '';
    const list = `applications ${direction}`;
    const page = requirePage(list, input, this.limits.pageSize);
    const rows = await this.applications.loadPage(userID, direction, page);
    const hasPrevious = await this.applications.hasBefore(userID, direction, page);
    return {
      ...toPage(list, page, rows, toApplicationKey, (row) => row, hasPrevious),
      countAll: () => this.applications.count(userID, direction),
      countUnread: () => this.applications.countUnread(userID),
    };
  }

  async accept(viewer: Viewer, { userID, acceptType, friendRemark }: AcceptApplication): Promise<ItemResult> {
    const details = { ...NO_DETAILS, remark: requireRemark(friendRemark, this.limits) };
    return this.change(viewer, userID, { kind: 'ACCEPT', andAdd: acceptType === 'AGREE_AND_ADD' }, details);
  }

  async refuse(viewer: Viewer, userID: string): Promise<ItemResult> {
    return this.change(viewer, userID, { kind: 'REFUSE' });
  }

  /** Deleting a sent request withdraws it; deleting a received one leaves it unanswered. */
  async remove(viewer: Viewer, userID: string, type: ApplicationType): Promise<ItemResult> {
    return this.change(viewer, userID, { kind: type === 'SEND_OUT' ? 'WITHDRAW' : 'DISMISS' });
  }

  /** Marks incoming requests as read, all when `userIDs` is null, and gives how many are still unread. */
  async markRead(viewer: Viewer, userIDs: readonly string[] | null): Promise<number> {
    const some = userIDs === null ? null : requireIdList('userIDs', userIDs, this.limits.idsPerCall).valid;
    const { userID } = viewer;
    return this.database.transaction(async (tx) => {
      await this.log.lockFor(tx, userID);
      const marked = await this.applications.markRead(tx, userID, some, this.clock.now());
      const unreadCount = await this.applications.countUnread(userID, tx);
      if (marked.length > 0) {
        await this.log.append(tx, [
          { userID, type: 'FRIEND_APPLICATION_LIST_READ', payload: { unreadCount, userIDs: marked } },
        ]);
      }
      return unreadCount;
    });
  }

  private async change(
    viewer: Viewer,
    userID: string,
    action: RelationAction,
    details: RelationDetails = NO_DETAILS,
  ): Promise<ItemResult> {
    if (!isUserID(userID)) return toItemResult(userID, 'INVALID_PARAMETERS');
    const [result] = await this.relations.change(viewer, [
      { me: viewer.userID, they: userID, action, details },
    ]);
    return toItemResult(userID, result ?? 'INVALID_PARAMETERS');
  }
}
