import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { ApplicationType } from '../events/friendship-event';
import { PageInfo } from '../graphql/connection.types';
import { createEnum } from '../graphql/enum';
import { User } from '../users/user.types';

export const FriendApplicationTypeEnum = createEnum<ApplicationType>(
  'FriendApplicationType',
  'Direction of a request, as the viewer sees it.',
  { COME_IN: 'Another user asks the viewer.', SEND_OUT: 'The viewer asks another user.' },
);

export const FriendAcceptTypeEnum = createEnum<'AGREE' | 'AGREE_AND_ADD'>(
  'FriendAcceptType',
  'What accepting a request does.',
  {
    AGREE: "The viewer enters the asking user's friend list; the viewer's own list does not change.",
    AGREE_AND_ADD: 'Each enters the friend list of the other.',
  },
);

@ObjectType({
  simpleResolvers: true,
  description:
    'One side of a pending request as the viewer sees it (V2TIMFriendApplication); `userID` and `user` are the other ' +
    'party. There is no history: an answered request is gone.',
})
export class FriendApplication {
  @Field(() => ID, { description: 'Identifies the request among all objects of the API; opaque.' })
  id: string;

  @Field(() => ID, { description: 'The other party.' })
  userID: string;

  @Field(() => User, {
    nullable: true,
    description: 'Profile of the other party. Null when the user does not exist.',
  })
  user?: User | null;

  @Field(() => FriendApplicationTypeEnum, { description: 'Whether the viewer was asked or asks.' })
  type: ApplicationType;

  @Field(() => String, {
    description: 'Where the request came from, `AddSource_Type_` and letters; empty when unsaid.',
  })
  addSource: string;

  @Field(() => String, { description: 'The words of the request; empty when there are none.' })
  addWording: string;

  @Field(() => Date, { description: 'When it was made, or made anew.' })
  addTime: Date;

  @Field(() => Date, {
    nullable: true,
    description: 'When it was read. Null while unread; always set for SEND_OUT.',
  })
  readAt: Date | null;
}

@ObjectType({ simpleResolvers: true, description: 'A request and its place in the list.' })
export class FriendApplicationEdge {
  @Field(() => String, { description: 'Opaque; give it as `after` to go on behind this entry.' })
  cursor: string;

  @Field(() => FriendApplication, { description: 'The request.' })
  node: FriendApplication;
}

@ObjectType({ simpleResolvers: true, description: 'A page of requests (Relay Cursor Connections).' })
export class FriendApplicationConnection {
  @Field(() => [FriendApplicationEdge], { description: 'The requests with their cursors, newest first.' })
  edges: FriendApplicationEdge[];

  @Field(() => [FriendApplication], { description: 'The requests alone, in the same order.' })
  nodes: FriendApplication[];

  @Field(() => PageInfo, { description: 'Where this page stands in the list.' })
  pageInfo: PageInfo;

  @Field(() => Int, { description: 'How many entries the whole list has.' })
  totalCount?: number;

  @Field(() => Int, { description: 'Incoming requests not yet read, over the whole list.' })
  unreadCount?: number;
}
