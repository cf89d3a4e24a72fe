import { ApplicationRateEntity } from '../applications/application-rate.entity';
import { FriendApplicationEntity } from '../applications/friend-application.entity';
import { RefusalEntity } from '../applications/refusal.entity';
import { BlockEntity } from '../blocks/block.entity';
import { EventStreamEntity } from '../events/event-stream.entity';
import { EventEntity } from '../events/event.entity';
import { ProfileFanoutEntity } from '../events/profile-fanout.entity';
import { FriendGroupMemberEntity } from '../friends/friend-group-member.entity';
import { FriendGroupEntity } from '../friends/friend-group.entity';
import { FriendEntity } from '../friends/friend.entity';
import { UserEntity } from '../users/user.entity';
import { Initial1764000000000 } from './migrations/1-initial.migration';
import { ApplicationRates1764000300000 } from './migrations/3-application-rates.migration';

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
];

/** Oldest first. Listed, because a pattern that matches no file would pass for "nothing to do". */
export const migrations = [Initial1764000000000, ApplicationRates1764000300000];
