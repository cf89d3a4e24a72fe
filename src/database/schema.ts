import { ApplicationRateEntity } from '../applications/application-rate.entity';
import { FriendApplicationEntity } from '../applications/friend-application.entity';
import { RefusalEntity } from '../applications/refusal.entity';
import { AuditSubjectEntity } from '../audit/audit-subject.entity';
import { AuditEntity } from '../audit/audit.entity';
import { RevocationEntity } from '../auth/revocation.entity';
import { BlockEntity } from '../blocks/block.entity';
import { EventStreamEntity } from '../events/event-stream.entity';
import { EventEntity } from '../events/event.entity';
import { ProfileFanoutEntity } from '../events/profile-fanout.entity';
import { FriendGroupMemberEntity } from '../friends/friend-group-member.entity';
import { FriendGroupEntity } from '../friends/friend-group.entity';
import { FriendEntity } from '../friends/friend.entity';
import { UserEntity } from '../users/user.entity';
import { Initial1764000000000 } from './migrations/1-initial.migration';
import { Security1764000000002 } from './migrations/2-security.migration';
import { ApplicationRates1764000300000 } from './migrations/3-application-rates.migration';
import { UserVersions1764000400000 } from './migrations/4-user-versions.migration';
import { CoveringIndexes1764000500000 } from './migrations/5-covering-indexes.migration';

/** Every table, as its rows stand after the last migration. */
export const entities = [
  UserEntity,
  FriendEntity,
  FriendGroupEntity,
  FriendGroupMemberEntity,
  FriendApplicationEntity,
  ApplicationRateEntity,
  RefusalEntity,
  BlockEntity,
  EventStreamEntity,
  EventEntity,
  ProfileFanoutEntity,
  RevocationEntity,
  AuditEntity,
  AuditSubjectEntity,
];

/** Oldest first. Listed, because a pattern that matches no file would pass for "nothing to do". */
export const migrations = [
  Initial1764000000000,
  Security1764000000002,
  ApplicationRates1764000300000,
  UserVersions1764000400000,
  CoveringIndexes1764000500000,
];
