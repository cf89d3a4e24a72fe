import { Field, ID, Int, InterfaceType, ObjectType } from 'type-graphql';
import { FriendApplication, FriendApplicationTypeEnum } from '../applications/application.types';
import { BlockedUser } from '../blocks/block.types';
import type { Delivery, GapReason } from '../events/delivery';
import type { ApplicationType } from '../events/friendship-event';
import { FriendInfo } from '../friends/friend.types';
import { createEnum } from '../graphql/enum';
import { User } from '../users/user.types';

export type ListenerEventType = Delivery['fact']['type'];

export const FriendshipEventTypeEnum = createEnum<ListenerEventType>(
  'FriendshipEventType',
  "The kinds of events of a viewer's relationship chain.",
  {
    STREAM_OPENED: 'StreamOpened: always the first of a subscription.',
    SELF_INFO_UPDATED: 'SelfInfoUpdated.',
    FRIEND_INFO_CHANGED: 'FriendInfoChanged.',
    FRIEND_LIST_ADDED: 'FriendListAdded.',
    FRIEND_LIST_DELETED: 'FriendListDeleted.',
    FRIEND_APPLICATION_LIST_ADDED: 'FriendApplicationListAdded.',
    FRIEND_APPLICATION_LIST_DELETED: 'FriendApplicationListDeleted.',
    FRIEND_APPLICATION_LIST_READ: 'FriendApplicationListRead.',
    BLOCK_LIST_ADDED: 'BlockListAdded.',
    BLOCK_LIST_DELETED: 'BlockListDeleted.',
    FRIEND_GROUP_CREATED: 'FriendGroupCreated.',
    FRIEND_GROUP_DELETED: 'FriendGroupDeleted.',
    FRIEND_GROUP_RENAMED: 'FriendGroupRenamed.',
    FRIENDS_ADDED_TO_GROUP: 'FriendsAddedToGroup.',
    FRIENDS_DELETED_FROM_GROUP: 'FriendsDeletedFromGroup.',
  },
);

export const StreamGapReasonEnum = createEnum<GapReason>(
  'StreamGapReason',
  'Why the history of a stream does not reach back to a cursor.',
  {
    TRIMMED: 'The events behind the cursor are older than what is kept.',
    OTHER_EPOCH:
      'The cursor is from a stream that was replaced: the user was created anew, or the database restored.',
  },
);

@InterfaceType({
  description:
    "One change of the viewer's own relationship chain. `seq` grows by exactly one per event of this viewer, so a gap " +
    'in what a client received without `types` is an event that it missed.',
  resolveType: (event: { type: ListenerEventType }) => TYPE_NAMES[event.type],
})
export abstract class FriendshipEvent {
  @Field(() => Int, { description: "Number of the event in the viewer's stream: 1, 2, 3, …" })
  seq: number;

  @Field(() => String, { description: 'Opaque; give it as `after` to go on behind this event.' })
  cursor: string;

  @Field(() => FriendshipEventTypeEnum, { description: 'Which kind of event this is.' })
  type: ListenerEventType;

  @Field(() => Date, { description: 'When the change was made.' })
  occurredAt: Date;
}

@ObjectType({
  simpleResolvers: true,
  implements: FriendshipEvent,
  description:
    'Always the first: `seq` and `cursor` are the position that delivery starts behind, and the next event carries ' +
    '`seq + 1`.',
})
export class StreamOpened extends FriendshipEvent {
  @Field(() => Boolean, {
    description:
      'False when the history no longer reaches back to `after`, or `after` is from a stream that was replaced: ' +
      'delivery starts at the head, read the lists again. True without `after`.',
  })
  recovered: boolean;

  @Field(() => StreamGapReasonEnum, {
    nullable: true,
    description: 'Why the history does not reach back to `after`. Null when `recovered` is true.',
  })
  reason: GapReason | null;
}

@ObjectType({
  simpleResolvers: true,
  implements: FriendshipEvent,
  description: "The viewer's own profile changed (onSelfInfoUpdated).",
})
export class SelfInfoUpdated extends FriendshipEvent {
  @Field(() => User, { description: 'The profile as it is now.' })
  user?: User;
}

@ObjectType({
  simpleResolvers: true,
  implements: FriendshipEvent,
  description:
    "A friend's profile, or the viewer's own remark or custom fields for a friend, changed (onFriendInfoChanged). " +
    "Changes of one friend's profile that follow each other quickly may come as one event.",
})
export class FriendInfoChanged extends FriendshipEvent {
  @Field(() => [FriendInfo], { description: 'The entries as they are now.' })
  friends?: FriendInfo[];
}

@ObjectType({
  simpleResolvers: true,
  implements: FriendshipEvent,
  description: "The viewer's friend list grew (onFriendListAdded).",
})
export class FriendListAdded extends FriendshipEvent {
  @Field(() => [FriendInfo], {
    description: 'The new entries as they are now; one that was deleted since has its ids only.',
  })
  friends?: FriendInfo[];
}

@ObjectType({
  simpleResolvers: true,
  implements: FriendshipEvent,
  description: "The viewer's friend list shrank (onFriendListDeleted).",
})
export class FriendListDeleted extends FriendshipEvent {
  @Field(() => [ID], { description: 'The users who are no longer in the list, nor in any group.' })
  userIDs: string[];
}

@ObjectType({
  simpleResolvers: true,
  implements: FriendshipEvent,
  description:
    'Requests were sent or received, or made anew (onFriendApplicationListAdded); `type` inside tells the direction.',
})
export class FriendApplicationListAdded extends FriendshipEvent {
  @Field(() => [FriendApplication], {
    description: 'The requests as they are now; one that was answered since is shown as it was made.',
  })
  applications?: FriendApplication[];
}

@ObjectType({
  simpleResolvers: true,
  implements: FriendshipEvent,
  description: 'Requests were accepted, refused, withdrawn or deleted (onFriendApplicationListDeleted).',
})
export class FriendApplicationListDeleted extends FriendshipEvent {
  @Field(() => FriendApplicationTypeEnum, { description: 'Direction of the requests that are gone.' })
  applicationType: ApplicationType;

  @Field(() => [ID], { description: 'The other parties.' })
  userIDs: string[];
}

@ObjectType({
  simpleResolvers: true,
  implements: FriendshipEvent,
  description: 'Incoming requests were read (onFriendApplicationListRead).',
})
export class FriendApplicationListRead extends FriendshipEvent {
  @Field(() => Int, { description: 'How many incoming requests were still unread then.' })
  unreadCount: number;

  @Field(() => [ID], { description: 'The users whose requests were read.' })
  userIDs: string[];
}

@ObjectType({
  simpleResolvers: true,
  implements: FriendshipEvent,
  description: 'The viewer blocked users (onBlackListAdd).',
})
export class BlockListAdded extends FriendshipEvent {
  @Field(() => [BlockedUser], { description: 'The new entries of the blocklist.' })
  blockedUsers?: BlockedUser[];
}

@ObjectType({
  simpleResolvers: true,
  implements: FriendshipEvent,
  description: 'The viewer unblocked users, or blocked users were deleted (onBlackListDeleted).',
})
export class BlockListDeleted extends FriendshipEvent {
  @Field(() => [ID], { description: 'The users who are no longer in the blocklist.' })
  userIDs: string[];
}

@ObjectType({
  simpleResolvers: true,
  implements: FriendshipEvent,
  description: 'A friend group was created (onFriendGroupCreated).',
})
export class FriendGroupCreated extends FriendshipEvent {
  @Field(() => String, { description: 'Name of the group.' })
  groupName: string;

  @Field(() => [ID], { description: 'The friends in it; may be empty.' })
  userIDs: string[];
}

@ObjectType({
  simpleResolvers: true,
  implements: FriendshipEvent,
  description: 'Friend groups were deleted (onFriendGroupDeleted).',
})
export class FriendGroupDeleted extends FriendshipEvent {
  @Field(() => [String], { description: 'Names of the groups. The friends in them stay friends.' })
  groupNames: string[];
}

@ObjectType({
  simpleResolvers: true,
  implements: FriendshipEvent,
  description: 'A friend group was renamed (onFriendGroupNameChanged).',
})
export class FriendGroupRenamed extends FriendshipEvent {
  @Field(() => String, { description: 'The name before.' })
  oldName: string;

  @Field(() => String, { description: 'The name since.' })
  newName: string;

  @Field(() => [ID], { description: 'The friends in it; may be empty.' })
  userIDs: string[];
}

@ObjectType({
  simpleResolvers: true,
  implements: FriendshipEvent,
  description: 'Friends were put into a group (onFriendsAddedToGroup).',
})
export class FriendsAddedToGroup extends FriendshipEvent {
  @Field(() => String, { description: 'Name of the group.' })
  groupName: string;

  @Field(() => [ID], { description: 'The friends that are new in it.' })
  userIDs: string[];
}

@ObjectType({
  simpleResolvers: true,
  implements: FriendshipEvent,
  description: 'Friends were taken out of a group (onFriendsDeletedFromGroup).',
})
export class FriendsDeletedFromGroup extends FriendshipEvent {
  @Field(() => String, { description: 'Name of the group.' })
  groupName: string;

  @Field(() => [ID], { description: 'The friends that are no longer in it.' })
  userIDs: string[];
}

const TYPE_NAMES = {
  STREAM_OPENED: 'StreamOpened',
  SELF_INFO_UPDATED: 'SelfInfoUpdated',
  FRIEND_INFO_CHANGED: 'FriendInfoChanged',
  FRIEND_LIST_ADDED: 'FriendListAdded',
  FRIEND_LIST_DELETED: 'FriendListDeleted',
  FRIEND_APPLICATION_LIST_ADDED: 'FriendApplicationListAdded',
  FRIEND_APPLICATION_LIST_DELETED: 'FriendApplicationListDeleted',
  FRIEND_APPLICATION_LIST_READ: 'FriendApplicationListRead',
  BLOCK_LIST_ADDED: 'BlockListAdded',
  BLOCK_LIST_DELETED: 'BlockListDeleted',
  FRIEND_GROUP_CREATED: 'FriendGroupCreated',
  FRIEND_GROUP_DELETED: 'FriendGroupDeleted',
  FRIEND_GROUP_RENAMED: 'FriendGroupRenamed',
  FRIENDS_ADDED_TO_GROUP: 'FriendsAddedToGroup',
  FRIENDS_DELETED_FROM_GROUP: 'FriendsDeletedFromGroup',
} as const satisfies Record<ListenerEventType, string>;
