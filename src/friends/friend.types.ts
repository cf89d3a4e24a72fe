import { Field, ID, Int, ObjectType } from 'type-graphql';
import { PageInfo } from '../graphql/connection.types';
import { createEnum } from '../graphql/enum';
import { ItemOutcome } from '../graphql/result-code.types';
import { CustomField, User } from '../users/user.types';
import type { FriendRelationType } from './friend-info';

const FriendRelationTypeEnum = createEnum<FriendRelationType>(
  'FriendRelationType',
  'How the viewer and another user stand. The numbers of the original wire are 0, 3, 1 and 2.',
  {
    NONE: 'Neither has the other in the friend list.',
    BOTH_WAY: 'Each has the other in the friend list.',
    IN_MY_FRIEND_LIST: "The other is in the viewer's list only.",
    IN_OTHER_FRIEND_LIST: "The viewer is in the other's list only.",
  },
);

export const FriendTypeEnum = createEnum<'SINGLE' | 'BOTH'>(
  'FriendType',
  "SINGLE touches the viewer's own list only; BOTH touches both lists.",
  { SINGLE: "The viewer's own list only.", BOTH: 'Both lists.' },
);

@ObjectType({
  simpleResolvers: true,
  description:
    "One entry of the viewer's friend list (V2TIMFriendInfo). For a non-friend only `id`, `userID` and `user` are filled. " +
    "Remark, groups and custom fields are the viewer's alone; the friend never sees them.",
})
export class FriendInfo {
  @Field(() => ID, { description: 'Identifies the entry among all objects of the API; opaque.' })
  id: string;

  @Field(() => ID, { description: 'The user that the entry is about.' })
  userID: string;

  @Field(() => User, {
    nullable: true,
    description: 'Profile of that user. Null when the user does not exist.',
  })
  user?: User | null;

  @Field(() => String, {
    nullable: true,
    description: "The viewer's remark, empty when unset. Null for a non-friend.",
  })
  friendRemark: string | null;

  @Field(() => Date, { nullable: true, description: 'When the friendship began. Null for a non-friend.' })
  friendAddTime: Date | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Where the friendship came from, `AddSource_Type_` and letters; empty when unsaid. Null for a non-friend.',
  })
  addSource: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The words of the request that began it; empty when there were none. Null for a non-friend.',
  })
  addWording: string | null;

  @Field(() => [String], {
    nullable: true,
    description: "Names of the viewer's groups that the friend is in, sorted. Null for a non-friend.",
  })
  friendGroups?: string[] | null;

  @Field(() => [CustomField], {
    nullable: true,
    description:
      "The viewer's custom fields for the friend, at most 20, sorted by key. Null for a non-friend.",
  })
  friendCustomInfo: CustomField[] | null;
}

@ObjectType({
  simpleResolvers: true,
  description: 'How the viewer stands to one user, and the entry of the friend list (V2TIMFriendInfoResult).',
})
export class FriendInfoResult extends ItemOutcome {
  @Field(() => FriendRelationTypeEnum, {
    description: 'How the viewer and the user stand. NONE for a user that does not exist.',
  })
  relation: FriendRelationType;

  @Field(() => FriendInfo, { nullable: true, description: 'The entry. Null when the user does not exist.' })
  friendInfo: FriendInfo | null;
}

@ObjectType({
  simpleResolvers: true,
  description: 'Outcome for one user of a call that changes relations (V2TIMFriendOperationResult).',
})
export class FriendOperationResult extends ItemOutcome {}

@ObjectType({
  simpleResolvers: true,
  description: 'How the viewer and one user stand (V2TIMFriendCheckResult).',
})
export class FriendCheckResult extends ItemOutcome {
  @Field(() => FriendRelationTypeEnum, {
    description: 'How they stand. NONE for a user that does not exist.',
  })
  relation: FriendRelationType;
}

@ObjectType({ simpleResolvers: true, description: 'A friend and its place in the list.' })
export class FriendEdge {
  @Field(() => String, { description: 'Opaque; give it as `after` to go on behind this entry.' })
  cursor: string;

  @Field(() => FriendInfo, { description: 'The entry.' })
  node: FriendInfo;
}

@ObjectType({ simpleResolvers: true, description: 'A page of friends (Relay Cursor Connections).' })
export class FriendConnection {
  @Field(() => [FriendEdge], { description: 'The entries with their cursors, newest friendship first.' })
  edges: FriendEdge[];

  @Field(() => [FriendInfo], { description: 'The entries alone, in the same order.' })
  nodes: FriendInfo[];

  @Field(() => PageInfo, { description: 'Where this page stands in the list.' })
  pageInfo: PageInfo;

  @Field(() => Int, { description: 'How many entries the whole list has.' })
  totalCount?: number;
}
