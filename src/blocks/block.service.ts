import type { ItemResult } from '../errors';
import { NO_DETAILS } from '../friends/relation-effects';
import type { RelationCalls } from '../friends/relation-calls';
import { requireIdList } from '../lib/id-list';
import { requirePage, toPage, type PageInput } from '../lib/page';
import type { Limits } from '../limits';
import type { Viewer } from '../users/viewer';
import type { BlockRepository } from './block.repository';
import type { BlockedUser, BlockedUserConnection } from './blocked-user';

const LIST = 'blocks';

/** The viewer's blocklist. */
export class BlockService {
  constructor(
    private readonly blocks: BlockRepository,
    private readonly relations: RelationCalls,
    private readonly limits: Limits,
  ) {}

  /** Newest first. */
  async loadPage(viewer: Viewer, input: PageInput): Promise<BlockedUserConnection> {
    const { userID } = viewer;
    const page = requirePage(LIST, input, this.limits.pageSize);
    const rows = await this.blocks.loadPage(userID, page);
    const hasPrevious = await this.blocks.hasBefore(userID, page);
    const toKey = (row: BlockedUser): { atMs: number; id: string } => ({
      atMs: row.blockedAt.getTime(),
      id: row.userID,
    });
    return {
      ...toPage(LIST, page, rows, toKey, (row) => row, hasPrevious),
      countAll: () => this.blocks.count(userID),
    };
  }

  async add(viewer: Viewer, userIDs: readonly string[]): Promise<ItemResult[]> {
    return this.change(viewer, userIDs, 'BLOCK');
  }

  async remove(viewer: Viewer, userIDs: readonly string[]): Promise<ItemResult[]> {
    return this.change(viewer, userIDs, 'UNBLOCK');
  }

  private async change(
    viewer: Viewer,
    userIDs: readonly string[],
    kind: 'BLOCK' | 'UNBLOCK',
  ): Promise<ItemResult[]> {
    const list = requireIdList('userIDs', userIDs, this.limits.idsPerCall);
    const codes = await this.relations.change(
      viewer,
      list.valid.map((they) => ({ me: viewer.userID, they, action: { kind }, details: NO_DETAILS })),
    );
    return list.answerCodes(codes);
  }
}
