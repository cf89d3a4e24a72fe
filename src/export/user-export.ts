import type { AuditEntry } from '../audit/act';
import type { CustomFieldValue } from '../lib/custom-fields';
import type { UserRecord } from '../users/user.repository';

/**
 * Everything that is kept of one user. A field is only ever added under one version; what is taken away or changes its
 * meaning makes a new one. Moments are ISO 8601 in UTC; lists are sorted by their users, events by `seq`.
 */
export interface UserExport {
  format: 'amicus-user-export';
  version: 1;
  userID: string;
  exportedAt: Date;
  profile: UserRecord;
  /** The user's own friend list, with what only the user sees of it. */
  friends: ExportedFriend[];
  groups: { name: string; createdAt: Date; userIDs: string[] }[];
  /** Pending ones, sent and received. */
  applications: ExportedApplication[];
  blocklist: { userID: string; blockedAt: Date }[];
  /**
   * Who refused a request of the user within the time in which the user may not ask again, and when last. One whose time is
   * over is kept until it is trimmed, some ten minutes later.
   */
  refusals: { userID: string; refusedAt: Date }[];
  /** When friend requests were made or renewed within the last hour, and how many at that moment. Kept as long beyond it. */
  recentRequests: { at: Date; times: number }[];
  /** Events `floor + 1` to `head` are kept. */
  stream: { epoch: string; head: number; floor: number };
  events: { seq: number; type: string; occurredAt: Date; payload: unknown }[];
  /** A change of the profile of which not all friends have been told yet; null when there is none. */
  profileFanoutRequestedAt: Date | null;
  /** When all tokens of the user were revoked last; null when they are not. */
  tokensRevokedAt: Date | null;
  /** Acts of administrators by, as or on the user; newest first. */
  audit: AuditEntry[];
}

interface ExportedFriend {
  userID: string;
  remark: string;
  addSource: string;
  addWording: string;
  customInfo: CustomFieldValue[];
  addedAt: Date;
}

interface ExportedApplication {
  userID: string;
  type: string;
  addSource: string;
  addWording: string;
  friendRemark: string;
  friendGroup: string;
  sentAt: Date;
  readAt: Date | null;
}
