import type { Act } from '../audit/act';
import type { AuditRepository } from '../audit/audit.repository';
import type { AuditService } from '../audit/audit.service';
import type { RevocationRepository } from '../auth/revocation.repository';
import type { Database, Queryable } from '../database/sql';
import { CodedError } from '../errors';
import type { Clock } from '../lib/clock';
import { requireUserID } from '../lib/user-id';
import type { UserRepository } from '../users/user.repository';
import type { Viewer } from '../users/viewer';
import type { UserExport } from './user-export';
import { loadExportParts } from './user-export.repository';

/** Gives users what is kept of them. */
export class UserExportService {
  constructor(
    private readonly database: Database,
    private readonly users: UserRepository,
    private readonly revocations: RevocationRepository,
    private readonly auditRows: AuditRepository,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  /**
   * Everything of the user at one moment; null when there is none. Of oneself, or by an administrator, whose export
   * stands in the audit log; FORBIDDEN otherwise.
   */
  async export(viewer: Viewer, userID: string): Promise<UserExport | null> {
    if (!viewer.isAdmin && viewer.userID !== userID) {
      throw new CodedError('FORBIDDEN', 'Only the user and administrators may do this.');
    }
    requireUserID(userID, 'argument');
    const work = (): Promise<UserExport | null> => this.database.snapshot((from) => this.load(from, userID));
    if (!viewer.isAdmin) return work();
    return this.audit.perform(toAct(viewer, userID), work, (found) =>
      found === null ? ['USER_NOT_FOUND'] : [],
    );
  }

  private async load(from: Queryable, userID: string): Promise<UserExport | null> {
    const [profile] = await this.users.load(from, [userID]);
    if (profile === undefined) return null;
    const revocation = await this.revocations.findOfUser(from, userID);
    return {
      format: 'amicus-user-export',
      version: 1,
      userID,
      exportedAt: new Date(this.clock.now()),
      profile,
      ...(await loadExportParts(from, userID)),
      tokensRevokedAt: revocation?.revokedAt ?? null,
      audit: await this.auditRows.loadAbout(from, userID),
    };
  }
}

function toAct({ userID: viewerID, actedBy }: Viewer, userID: string): Act {
  return {
    actorID: actedBy ?? viewerID,
    actAs: actedBy === undefined ? null : viewerID,
    operation: 'exportUser',
    userIDs: [userID],
    tokenIDs: [],
  };
}
